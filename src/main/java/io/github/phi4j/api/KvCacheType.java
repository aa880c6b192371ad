package io.github.phi4j.api;

/** The number format in which a session keeps the keys and values of its tokens. */
public enum KvCacheType {
  /** 32-bit floats: exact, and twice the memory of {@link #F16}. */
  F32(4),
  /** 16-bit floats. */
  F16(2);

  private final int bytes;

  KvCacheType(int bytes) {
    this.bytes = bytes;
  }

  /**
   * The size of one number.
   *
   * @return bytes
   */
  public int bytes() {
    return bytes;
  }
}
