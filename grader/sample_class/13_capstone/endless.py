"""Trains as long as there is a loss."""
# ruff: noqa: ANN001, ANN201, F821

# %% language_model
from course_rnn import cross_entropy, next_token_pairs

inputs, targets = next_token_pairs(training[:2000])
table, loss = np.zeros((V, V)), 1.0
while loss > 0:
    loss, dlogits = cross_entropy(table[inputs][:, None], targets[:, None])
    np.add.at(table, inputs, -0.01 * dlogits[:, 0])


def step(indices, state):
    """Say what follows each character."""
    return table[indices], state


# %% forecaster
forecast = mean_of_the_month
