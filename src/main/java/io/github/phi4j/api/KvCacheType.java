package io.github.phi4j.api;

/**
 * The number format of keys or values in the KV cache. Numbers are stored in blocks of 32; if the
 * head width is not a multiple of 32, the last block is padded.
 *
 * @since 0.1.0
 */
public enum KvCacheType {
  /** 32-bit floats: exact, and twice the memory of {@link #F16}. */
  F32(128),
  /** 16-bit floats. */
  F16(64),
  /**
   * 8-bit integers with a 16-bit scale per block, like ggml's type of that name: 0.53 times the
   * memory of {@link #F16}.
   */
  Q8_0(34);

  private static final int BLOCK_LENGTH = 32;

  private final int blockBytes;

  KvCacheType(int blockBytes) {
    this.blockBytes = blockBytes;
  }

  /**
   * Returns the memory that a count of numbers takes, in whole blocks.
   *
   * @param numbers the count, 0 or above
   * @return bytes
   */
  public long bytes(long numbers) {
    return Math.ceilDiv(numbers, BLOCK_LENGTH) * blockBytes;
  }
}
