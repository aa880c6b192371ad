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
 * and processes share it. It is bound to the model by the sizes and modification times of the
 * model's files, all of their metadata, and a sample of every tensor. A file that was made by
 * another release, or of a model that was written to or copied since, is not used; nor is one that
 * every user of the machine can write to, or in such a folder. What is used is read once more in
 * the background and compared with its checksums: where it is damaged, the log warns, and the
 * generator goes on without it. {@code Phi4.verifyPacked} compares all of it with the model.
 *
 * @since 0.1.0
 */
public enum PackedWeights {
  /**
   * A file, if there is one that can be used in the {@linkplain LoadOptions#packedFolder() folder};
   * nothing is written. Without one, a model with at least 256 MiB of weights to pack gets a copy
   * in memory, as {@link #MEMORY} does, where Linux says that there is room for it beside a context
   * of up to 16,384 tokens and 512 MiB; where there is none, or the system does not say, it gets no
   * copy, and the log a warning. A smaller model gets none either.
   */
  AUTO,
  /**
   * A file, which is made on first use as {@link #FILE} does if the model has at least 256 MiB of
   * weights to pack. Where it cannot be made, the log tells why, and the rest is as with {@link
   * #AUTO}.
   */
  AUTO_FILE,
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
