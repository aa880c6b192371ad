package io.github.phi4j.eval;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.SplittableRandom;

/**
 * Seeds of replies and of this package's random draws. Each depends only on its purpose, never on
 * earlier draws, so a resumed run equals an uninterrupted one.
 */
public final class Seeds {

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private Seeds() {}

  /**
   * Hashes a seed together with a name: FNV-1a, then the finalizer of SplitMix64.
   *
   * @param seed the main seed
   * @param name the purpose of the new seed
   * @return a seed
   */
  public static long of(long seed, String name) {
    long hash = FNV_OFFSET ^ mix(seed);
    for (byte b : name.getBytes(UTF_8)) {
      hash = (hash ^ (b & 0xff)) * FNV_PRIME;
    }
    return mix(hash);
  }

  /**
   * Returns a source of random numbers.
   *
   * @param seed the main seed
   * @param name the purpose of the numbers
   * @return the source
   */
  public static SplittableRandom random(long seed, String name) {
    return new SplittableRandom(of(seed, name));
  }

  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
