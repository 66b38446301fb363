"""What the model rests on: formulas against published values, and the table of all its numbers."""
