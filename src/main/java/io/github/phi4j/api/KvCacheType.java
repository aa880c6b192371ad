package io.github.phi4j.api;

/**
 * The number format in which a session keeps the keys, or the values, of its tokens. Numbers are
 * kept in blocks of 32; a head whose width is no multiple of that fills up its last block.
 *
 * @since 0.1.0
 */
public enum KvCacheType {
  /** 32-bit floats: exact, and twice the memory of {@link #F16}. */
  F32(128),
  /** 16-bit floats. */
  F16(64),
  /**
   * 8-bit integers with a 16-bit scale for each block, as ggml's type of that name: 0.53 of the
   * memory of {@link #F16}.
   */
  Q8_0(34);

  /** Numbers of a block. */
  public static final int BLOCK_LENGTH = 32;

  private final int blockBytes;

  KvCacheType(int blockBytes) {
    this.blockBytes = blockBytes;
  }

  /**
   * The size of some numbers in whole blocks.
   *
   * @param numbers how many, 0 or above
   * @return bytes
   */
  public long bytes(long numbers) {
    return Math.ceilDiv(numbers, BLOCK_LENGTH) * blockBytes;
  }
}
