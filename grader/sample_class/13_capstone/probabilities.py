"""Probabilities where the scores before the softmax are asked for."""
# ruff: noqa: ANN001, ANN201, F821

# %% language_model
pairs = np.ones((V, V))
np.add.at(pairs, (training[:-1], training[1:]), 1)
pairs /= pairs.sum(axis=1, keepdims=True)


def step(indices, state):
    """Return what followed each character, as shares."""
    return pairs[indices], state


# %% forecaster
def forecast(history, horizon):
    """Let the anomaly of the last months fade away."""
    season = [history[month::PERIOD].mean() for month in range(PERIOD)]
    rest = history - np.resize(season, len(history))
    keeps = np.corrcoef(rest[:-1], rest[1:])[0, 1]
    later = np.resize(season, len(history) + horizon)[len(history) :]
    return later + rest[-1] * np.cumprod(np.full(horizon, keeps))
