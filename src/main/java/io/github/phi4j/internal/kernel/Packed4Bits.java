package io.github.phi4j.internal.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector kernels of packed quants, whose places in words {@link Taps} describes. This is the text
 * of four classes, in which the first two constants differ: the build writes those of 2, 5 and 6
 * bits ({@code src/build/Copies.java}). Shifts are written out and conditions constant, since C2
 * makes slower code of loops over taps.
 */
final class Packed4Bits implements PackedBits {

  private static final int BITS = 4;
  private static final int PAIRS = 16; // of a group

  private static final int WORDS = PAIRS * BITS / 16;
  private static final int WHOLE = 16 / BITS; // pairs of a word, beside left-over bits
  private static final int TAPS = 16 % BITS == 0 ? WHOLE : WHOLE + 1;
  private static final int STEPS = TAPS > 4 ? 2 : 1; // of a word: more taps make the loop too long
  private static final int FACTORS = 1 + WORDS * TAPS + (BITS == 6 ? 1 : 0);
  private static final long WORD_BYTES = 64;

  /** Not a constant to C2: on x86 it would keep a register with the count for each shift. */
  private static final int[] SHIFTS = {BITS};

  static final Packed4Bits INSTANCE = new Packed4Bits();

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Short> SHORTS = VectorWidth.SHORTS;
  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final int LANES = VectorWidth.SHORT_LANES;
  private static final int PAIR = PackedTile.PAIR;
  private static final int GROUP_SUMS = PackedTile.GROUP_SUMS;

  private Packed4Bits() {}

  @Override
  public void unpack(MemorySegment w, long at, int groups, short[] quants, int to) {
    ShortVector mask = ShortVector.broadcast(SHORTS, (short) ((1 << BITS) - 1));
    ShortVector high = ShortVector.broadcast(SHORTS, (short) 48);
    for (int g = 0; g < groups; g++) {
      MappedReads.touch(w, at);
      ShortVector last = ShortVector.zero(SHORTS);
      for (int i = 0; i < WORDS; i++) {
        long word = at + (WORDS * g + i) * WORD_BYTES;
        ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, word, ORDER);
        int p = to + (g * PAIRS + i * WHOLE) * PAIR;
        v.and(mask).intoArray(quants, p);
        v.lanewise(LSHR, BITS).and(mask).intoArray(quants, p + PAIR);
        if (WHOLE > 2) {
          v.lanewise(LSHR, 2 * BITS).and(mask).intoArray(quants, p + 2 * PAIR);
        }
        if (WHOLE > 3) {
          v.lanewise(LSHR, 3 * BITS).and(mask).intoArray(quants, p + 3 * PAIR);
        }
        if (WHOLE > 4) {
          v.lanewise(LSHR, 4 * BITS).and(mask).intoArray(quants, p + 4 * PAIR);
          v.lanewise(LSHR, 5 * BITS).and(mask).intoArray(quants, p + 5 * PAIR);
          v.lanewise(LSHR, 6 * BITS).and(mask).intoArray(quants, p + 6 * PAIR);
          v.lanewise(LSHR, 7 * BITS).and(mask).intoArray(quants, p + 7 * PAIR);
        }
        if (BITS == 5) {
          last = last.lanewise(LSHL, 1).or(v.lanewise(LSHR, 15));
        }
      }
      int p = to + (g + 1) * PAIRS * PAIR;
      if (BITS == 5) {
        last.intoArray(quants, p - PAIR);
      }
      if (BITS == 6) {
        long word = at + g * (WORDS * WORD_BYTES);
        ShortVector u = ShortVector.fromMemorySegment(SHORTS, w, word, ORDER);
        ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, word + WORD_BYTES, ORDER);
        ShortVector z = ShortVector.fromMemorySegment(SHORTS, w, word + 2 * WORD_BYTES, ORDER);
        u.lanewise(LSHR, 12).or(v.lanewise(LSHR, 8).and(high)).intoArray(quants, p - 2 * PAIR);
        z.lanewise(LSHR, 12).or(v.lanewise(LSHR, 10).and(high)).intoArray(quants, p - PAIR);
      }
    }
  }

  @Override
  public int multiply(
      MemorySegment w,
      long a,
      long b,
      long c,
      long d,
      long scales,
      int groups,
      float[] factors,
      int from,
      short[] sums) {
    int shift = VectorWidth.SHORT_SHIFTS_ARE_IMMEDIATE ? BITS : SHIFTS[0];
    long step = scales / groups;
    int read = 0;
    for (int g = 0; g < groups; g++) {
      long scale = g * step - scales;
      read += MappedReads.prefetch(w, a + scale, b + scale, c + scale, d + scale);
      int p = from + g * FACTORS;
      ShortVector sa = FloatVector.broadcast(FLOATS, factors[p]).reinterpretAsShorts();
      ShortVector sb = sa;
      ShortVector sc = sa;
      ShortVector sd = sa;
      for (int i = 0; i < WORDS * STEPS; i++) {
        long word = (WORDS * g + i / STEPS) * WORD_BYTES;
        ShortVector va = ShortVector.fromMemorySegment(SHORTS, w, a + word, ORDER);
        ShortVector vb = ShortVector.fromMemorySegment(SHORTS, w, b + word, ORDER);
        ShortVector vc = ShortVector.fromMemorySegment(SHORTS, w, c + word, ORDER);
        ShortVector vd = ShortVector.fromMemorySegment(SHORTS, w, d + word, ORDER);
        if (STEPS == 2) {
          int first = i % STEPS * 8;
          va = va.lanewise(LSHR, first);
          vb = vb.lanewise(LSHR, first);
          vc = vc.lanewise(LSHR, first);
          vd = vd.lanewise(LSHR, first);
        }
        int q = p + 1 + i * (TAPS / STEPS);
        ShortVector f = FloatVector.broadcast(FLOATS, factors[q]).reinterpretAsShorts();
        sa = sa.add(va.mul(f));
        sb = sb.add(vb.mul(f));
        sc = sc.add(vc.mul(f));
        sd = sd.add(vd.mul(f));
        f = FloatVector.broadcast(FLOATS, factors[q + 1]).reinterpretAsShorts();
        va = va.lanewise(LSHR, shift);
        sa = sa.add(va.mul(f));
        vb = vb.lanewise(LSHR, shift);
        sb = sb.add(vb.mul(f));
        vc = vc.lanewise(LSHR, shift);
        sc = sc.add(vc.mul(f));
        vd = vd.lanewise(LSHR, shift);
        sd = sd.add(vd.mul(f));
        f = FloatVector.broadcast(FLOATS, factors[q + 2]).reinterpretAsShorts();
        va = va.lanewise(LSHR, shift);
        sa = sa.add(va.mul(f));
        vb = vb.lanewise(LSHR, shift);
        sb = sb.add(vb.mul(f));
        vc = vc.lanewise(LSHR, shift);
        sc = sc.add(vc.mul(f));
        vd = vd.lanewise(LSHR, shift);
        sd = sd.add(vd.mul(f));
        if (TAPS / STEPS > 3) {
          f = FloatVector.broadcast(FLOATS, factors[q + 3]).reinterpretAsShorts();
          va = va.lanewise(LSHR, shift);
          sa = sa.add(va.mul(f));
          vb = vb.lanewise(LSHR, shift);
          sb = sb.add(vb.mul(f));
          vc = vc.lanewise(LSHR, shift);
          sc = sc.add(vc.mul(f));
          vd = vd.lanewise(LSHR, shift);
          sd = sd.add(vd.mul(f));
        }
      }
      if (BITS == 6) { // the last tap of the second word, so that the loop's iterations are alike
        long word = (WORDS * g + 1) * WORD_BYTES;
        ShortVector f = FloatVector.broadcast(FLOATS, factors[p + 10]).reinterpretAsShorts();
        ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, a + word, ORDER);
        sa = sa.add(v.lanewise(LSHR, 14).mul(f));
        v = ShortVector.fromMemorySegment(SHORTS, w, b + word, ORDER);
        sb = sb.add(v.lanewise(LSHR, 14).mul(f));
        v = ShortVector.fromMemorySegment(SHORTS, w, c + word, ORDER);
        sc = sc.add(v.lanewise(LSHR, 14).mul(f));
        v = ShortVector.fromMemorySegment(SHORTS, w, d + word, ORDER);
        sd = sd.add(v.lanewise(LSHR, 14).mul(f));
      }
      sa.intoArray(sums, g * GROUP_SUMS);
      sb.intoArray(sums, g * GROUP_SUMS + LANES);
      sc.intoArray(sums, g * GROUP_SUMS + 2 * LANES);
      sd.intoArray(sums, g * GROUP_SUMS + 3 * LANES);
    }
    return read;
  }
}
