"""The sub-commands of `grader`, one a file: what they ask for, and what they print."""
