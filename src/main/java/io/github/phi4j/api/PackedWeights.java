package io.github.phi4j.api;

/**
 * Whether a model has a second copy of its weights, in the order that products read fastest.
 *
 * <p>The copy holds the same bits as the file, rearranged, of matrices of every type whose rows are
 * whole blocks of 256 numbers; others are read from the file as before. It is as large as the
 * tensors are in the file, or up to 6 % larger (Q3_K, Q4_K; 11 % for Q4_0), and serves all
 * products. Where it lies makes no difference to results.
 *
 * <p>What it does to exactness: nothing for F32, F16, BF16, Q8_0, IQ4_NL and IQ4_XS, whose products
 * are the same bits as without a copy. A product with packed weights of another type takes its
 * activations rounded to 8 bits, each 32 of them with a scale of their own, much as llama.cpp does.
 * Without a copy, activations stay 32-bit floats, results are those of exact arithmetic within
 * float rounding; with one, they are about as far from exact as llama.cpp's. Either way they are
 * the same to the bit whether tokens come one by one or in a batch, and depend neither on the
 * number of threads nor on chance.
 *
 * <p>A file with packed weights is mapped, as the model's own is, so that loading it takes no time
 * and processes share it. It is bound to the model by a fingerprint: the sizes of the model's
 * files, all of their metadata, and a sample of every tensor. A file that was made by another
 * release, or of a model that was changed since, is not used. {@code Phi4.verifyPacked} compares
 * all of it.
 */
public enum PackedWeights {
  /**
   * A file, if there is one that can be used in the {@linkplain LoadOptions#packedFolder() folder},
   * else no copy. The log then tells how to make one; nothing is written.
   */
  AUTO,
  /**
   * A file in the {@linkplain LoadOptions#packedFolder() folder}. If there is none that can be
   * used, it is made by all worker threads while the model is loaded, which takes seconds for each
   * gigabyte. It appears once it is complete; of several processes that want it, one makes it and
   * the others wait.
   */
  FILE,
  /**
   * A copy in memory outside of the heap, made by all worker threads while the model is loaded, and
   * freed when the generator is closed.
   */
  MEMORY,
  /** No copy: weights are read from the mapped file alone. */
  OFF
}
