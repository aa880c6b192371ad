package io.github.phi4j.api;

/**
 * Whether a model keeps a second copy of its weights, in the order that generating token by token
 * reads fastest.
 *
 * <p>The copy holds the same bits as the file, rearranged, of tensors of types Q4_0, Q4_K, Q5_K and
 * Q6_K; others are read from the file as before.
 *
 * <p>What it does to exactness: a product with packed weights takes its activations rounded to 8
 * bits, each 32 of them with a scale of their own, much as llama.cpp does. Without a copy,
 * activations stay 32-bit floats, and results are those of exact arithmetic within float rounding;
 * with one, they are about as far from exact as llama.cpp's. Either way they are the same to the
 * bit whether tokens come one by one or in a batch, and depend neither on the number of threads nor
 * on chance.
 */
public enum PackedWeights {
  /** No copy: weights are read from the mapped file alone. */
  OFF,
  /**
   * A copy in memory outside of the heap, made by all worker threads while the model is loaded, and
   * freed when the generator is closed. It is from 1 % (Q6_K) to 6 % (Q4_K) and 11 % (Q4_0) larger
   * than the tensors are in the file, and loading takes seconds for each gigabyte of them.
   */
  MEMORY
}
