"""Violations, those who find them and those who answer: alarms, operators, crews, what drivers remember."""
