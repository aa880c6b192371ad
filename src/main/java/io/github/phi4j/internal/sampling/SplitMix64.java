package io.github.phi4j.internal.sampling;

/**
 * The generator of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014,
 * with Stafford's variant 13 of the mixing function. Our own, since the JDK does not guarantee a
 * generator's numbers across releases.
 */
final class SplitMix64 {

  private long state;

  SplitMix64(long seed) {
    state = seed;
  }

  long nextLong() {
    state += 0x9e3779b97f4a7c15L;
    long mixed = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }

  /** A multiple of 2^−53 in [0, 1). */
  double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }
}
