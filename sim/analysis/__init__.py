"""What is asked of many runs: uncertainty, sweeps, sensitivity, calibration, attribution, portfolios, money."""
