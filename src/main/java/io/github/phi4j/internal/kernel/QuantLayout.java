package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A layout with integer products: quants of up to six bits times activations quantized to 8 bits,
 * so that a lane holds two 16-bit sums.
 */
final class QuantLayout extends PackedLayout {

  private final QuantFormat format;
  private final ScaleCodec scales;
  private final int bias;
  private final Taps taps;

  private QuantLayout(QuantFormat format, ScaleCodec scales, int bias) {
    super(format.type(), scales.words(), BLOCK * format.bits() / Integer.SIZE);
    this.format = format;
    this.scales = scales;
    this.bias = bias;
    taps = new Taps(format.bits(), format.group());
  }

  /** The layout of a format, with the quant that represents zero in its integer sums. */
  static QuantLayout of(QuantFormat format) {
    return switch (format) {
      case Q4_0 _ -> new QuantLayout(format, new HalfScales(), 8);
      case Q4_1 _ -> new QuantLayout(format, new HalfScalesAndMinimums(), 8);
      case Q5_0 _ -> new QuantLayout(format, new HalfScales(), 16);
      case Q5_1 _ -> new QuantLayout(format, new HalfScalesAndMinimums(), 16);
      case Q2_K _ -> new QuantLayout(format, new NibbleScales(), 0);
      case Q3_K _ -> new QuantLayout(format, new ByteScales(), 4);
      case Q4_K _ -> new QuantLayout(format, new ByteScalesAndMinimums(), 0);
      case Q5_K _ -> new QuantLayout(format, new ByteScalesAndMinimums(), 16);
      case Q6_K _ -> new QuantLayout(format, new ByteScales(), 32);
    };
  }

  /** The bits of a quant. */
  int bits() {
    return format.bits();
  }

  /** Columns that share a scale. */
  int group() {
    return format.group();
  }

  /** Whether groups have a minimum besides the bias. */
  boolean hasMinimums() {
    return format.hasMinimums();
  }

  ScaleCodec scales() {
    return scales;
  }

  Taps taps() {
    return taps;
  }

  /** The quant that represents zero in the integer sums: see {@link PackedSums5} for bounds. */
  short bias() {
    return (short) bias;
  }

  @Override
  void encode(MemorySegment data, long at, int[] words, QuantBlock scratch) {
    format.readScales(data, at, scratch);
    scales.encode(scratch, words);
    format.readQuants(data, at, scratch);
    taps.encode(scratch.quants, words, scaleWords());
  }

  @Override
  void encodeTile(MemorySegment data, long at, long rowBytes, int[] words, PackingScratch scratch) {
    if (scratch.tile == null) {
      super.encodeTile(data, at, rowBytes, words, scratch);
      return;
    }
    for (int r = 0; r < ROWS; r++) {
      format.readScales(data, at + r * rowBytes, scratch.block);
      scales.encode(scratch.block, scratch.row);
      for (int i = 0; i < scaleWords(); i++) {
        words[i * ROWS + r] = scratch.row[i];
      }
    }
    int blocks = BLOCK / type().blockLength();
    int lanes = VectorWidth.LANES;
    for (int r = 0; r < ROWS; r += lanes) {
      scratch.tile.stage(format, data, at + r * rowBytes, rowBytes, lanes, blocks);
      format.unpack(scratch.tile, blocks, scratch.numbers, 0); // for its quants
      taps.encodeVectors(scratch.tile.quants, format.zero(), words, scaleWords() * ROWS + r);
    }
  }

  /** The inverse of {@link #encode}. */
  void decode(int[] words, QuantBlock out) {
    scales.decode(words, out);
    taps.decode(words, scaleWords(), out.quants);
  }
}
