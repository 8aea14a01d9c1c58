"""Draws figures between the answers and within one."""

import matplotlib.pyplot as plt
import numpy as np

# --- own
# %matplotlib inline
import matplotlib.pyplot as plt

x = np.linspace(-3, 3)
fig, ax = plt.subplots()
ax.plot(x, np.tanh(x))
ax.set_title("tanh")
plt.show()


# --- softmax
def softmax(logits):
    plt.figure()
    plt.close()
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


plt.bar(range(3), softmax(np.array([1.0, 2.0, 3.0])))
