"""Taking in what students handed in, from whatever an LMS gives an instructor.

names     names of files and students that are safe on every system
members   the files in a folder or an archive, one by one, none of them believed
layouts   whose a file is: names as Moodle, Canvas, nbgrader's exchange and people make them
roster    the table that maps names of an LMS to students of the course
stage     files into a temporary folder, within limits
clock     when something was handed in
students  the last upload of each student
store     from there to submitted/STUDENT/ASSIGNMENT, nothing overwritten
"""
