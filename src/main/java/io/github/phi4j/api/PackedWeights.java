package io.github.phi4j.api;

/**
 * Whether a model has a second copy of its weights, in the order that generating token by token
 * reads fastest.
 *
 * <p>The copy holds the same bits as the file, rearranged, of tensors of types Q4_0, Q4_K, Q5_K and
 * Q6_K; others are read from the file as before. Long batches, such as prompts, never use it. It is
 * from 1 % (Q6_K) to 6 % (Q4_K) and 11 % (Q4_0) larger than the tensors are in the file. Where it
 * lies makes no difference to results.
 *
 * <p>What it does to exactness: a product with packed weights takes its activations rounded to 8
 * bits, each 32 of them with a scale of their own, much as llama.cpp does. Without a copy,
 * activations stay 32-bit floats, results are those of exact arithmetic within float rounding, and
 * they are the same to the bit whether tokens come one by one or in a batch. With one, they are
 * about as far from exact as llama.cpp's, and the logits after a token that came in a batch of up
 * to four differ by as much from those it would have in a longer batch. Either way results depend
 * neither on the number of threads nor on chance.
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
