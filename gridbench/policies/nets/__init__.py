"""The networks that a policy may be made of, in NumPy: perceptrons, recurrent cells, message passing over a graph.

Every number is float32, and every element of a batch is a product of its own: BLAS rounds differently for other shapes, and
an episode must give the same bytes whether it is played alone or beside others.
"""
