"""No network at all: what follows two characters, and the mean of each month."""
# ruff: noqa: F821

# %% language_model
step = count_step(training, order=3)

# %% forecaster
forecast = mean_of_the_month
