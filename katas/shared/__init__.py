"""What the hidden tests of several katas use: one module for each kind of solution."""
