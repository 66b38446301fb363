"""Files, interrupts and what machine this is: nothing here can change a number."""
