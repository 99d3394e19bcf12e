"""What a learner does and has done, as plain data: the workspace, its history, and what follows from it.

No terminal in here. The commands call it, and the screens draw what it returns. Of the judge it knows the verdict alone.
"""
