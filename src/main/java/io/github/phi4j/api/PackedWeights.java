package io.github.phi4j.api;

/**
 * Whether a model has a packed copy of its weights, in the order that is fastest for matrix
 * products.
 *
 * <p>The copy holds the same bits as the file, rearranged, of all matrices whose rows are whole
 * blocks of 256 numbers; others are still read from the file. It is as large as the tensors in the
 * file, or up to 6 % larger (Q3_K, Q4_K; 11 % for Q4_0), and serves all products. Its location, in
 * memory or in a file, does not affect results.
 *
 * <p>Accuracy: for F32, F16, BF16, Q8_0, IQ4_NL and IQ4_XS, products have the same bits as without
 * a copy. For other types, products with packed weights round activations to 8 bits, with a scale
 * per 32 of them, similar to llama.cpp. Without a copy, activations stay 32-bit floats and results
 * differ from exact arithmetic only by float rounding; with one, they are about as accurate as
 * llama.cpp's. Either way, results are deterministic, and bit-identical for any batch and number of
 * threads.
 *
 * <p>A file with packed weights is memory-mapped, like the model file, so loading takes no time and
 * processes share it. It is bound to the model by the sizes and modification times of the model's
 * files, all of their metadata, and a sample of every tensor. A file is not used if it is from
 * another release, if the model was modified or copied since, or if it or its folder is
 * world-writable. A file in use is verified against its checksums in the background; if it is
 * damaged, a warning is logged, and the generator continues without it. {@code Phi4.verifyPacked}
 * compares all of it with the model.
 *
 * @since 0.1.0
 */
public enum PackedWeights {
  /**
   * A file, if a usable one exists in the {@linkplain LoadOptions#packedFolder() folder}; nothing
   * is written. Otherwise, a model with at least 256 MiB of weights to pack gets a copy in memory,
   * like {@link #MEMORY}, if Linux reports enough memory for it in addition to a context of up to
   * 16,384 tokens and 512 MiB; otherwise there is no copy, and a warning is logged. Smaller models
   * get no copy.
   */
  AUTO,
  /**
   * A file, created on first use like {@link #FILE}, if the model has at least 256 MiB of weights
   * to pack. If it cannot be created, the reason is logged, and the rest is as for {@link #AUTO}.
   */
  AUTO_FILE,
  /**
   * A file in the {@linkplain LoadOptions#packedFolder() folder}. If no usable one exists, all
   * worker threads create it while the model is loaded, which takes seconds per gigabyte. It
   * appears once it is complete; if several processes need it, one creates it and the others wait.
   */
  FILE,
  /**
   * A copy in off-heap memory, created by all worker threads while the model is loaded, and freed
   * when the generator is closed.
   */
  MEMORY,
  /** No copy: weights are read from the mapped file only. */
  OFF
}
