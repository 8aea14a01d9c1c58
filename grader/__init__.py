"""What instructors use: nbgrader's configuration, the release of student versions, the sample class."""
