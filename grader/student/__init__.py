"""What runs inside the sandbox: it imports nothing of the rest of the grader.

server      imports what a submission may import, forks a confined process for each
confine     what a process gives up before it runs a student's code, in the right order
namespaces  a world of its own (Linux)
seccomp     which system calls it may make (Linux)
landlock    which files it may open where it sees all of them (Linux)
linux       calls of the kernel that Python does not have
session     runs the cells of one notebook and answers calls of its functions
changes     what a function did to its arguments, done to the originals; used on both sides
outputs     what cells print and show, bounded
wire        how it talks with the judge; used on both sides
"""
