"""Tries its own answers with the check, plain asserts and a test class."""

import numpy as np


# --- one_hot
def one_hot(indices, n_classes):
    out = np.zeros((np.size(indices), n_classes))
    out[np.arange(np.size(indices)), np.ravel(indices)] = 1.0
    return out.reshape(*np.shape(indices), n_classes)


check(one_hot)
assert one_hot(np.array([0]), 2)[0, 0] == 1
import unittest


class TestOneHot(unittest.TestCase):
    def test_shape(self):
        self.assertEqual(one_hot(np.zeros((2, 3), int), 4).shape, (2, 3, 4))


unittest.main(argv=["x"], exit=False)
