package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * How the whole tiles of a matrix are packed, some at a time and to any place.
 *
 * @param matrix what is packed
 * @param layout how its numbers come to lie
 */
public record Packing(Matrix matrix, PackedLayout layout) {

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The packing of a matrix, if its type and shape allow one. */
  static Optional<Packing> of(Matrix w) {
    return PackedMatrix.layout(w).map(layout -> new Packing(w, layout));
  }

  /** The number of tiles. */
  public int tiles() {
    return matrix.rows() / PackedLayout.ROWS;
  }

  /** The bytes of a tile, a multiple of 64. */
  public long tileBytes() {
    return layout.tileBytes(matrix.columns());
  }

  /** The bytes of all tiles. */
  public long bytes() {
    return tiles() * tileBytes();
  }

  /** The matrix with a packed copy that was made before. */
  public Matrix with(MemorySegment data) {
    int rows = tiles() * PackedLayout.ROWS;
    return new Matrix(
        matrix.format(),
        matrix.data(),
        matrix.rows(),
        matrix.columns(),
        Optional.of(new PackedMatrix(layout, data, rows, matrix.columns())));
  }

  /** Packs as many tiles as {@code data} has room for, from {@code firstTile} on. */
  public void pack(int firstTile, MemorySegment data) {
    int columns = matrix.columns();
    long tileBytes = tileBytes();
    int words = layout.scaleWords() + layout.quantWords();
    int[] row = new int[words];
    int[] block = new int[words * PackedLayout.ROWS];
    int scales = layout.scaleWords() * PackedLayout.ROWS;
    int quants = layout.quantWords() * PackedLayout.ROWS;
    for (int tile = 0; tile < data.byteSize() / tileBytes; tile++) {
      long to = tile * tileBytes;
      for (int b = 0; b < columns / PackedLayout.BLOCK; b++) {
        long column = matrix.format().type().rowBytes((long) b * PackedLayout.BLOCK);
        for (int r = 0; r < PackedLayout.ROWS; r++) {
          long from = ((firstTile + tile) * PackedLayout.ROWS + r) * matrix.rowBytes() + column;
          layout.encode(matrix.data(), from, row);
          for (int i = 0; i < words; i++) {
            block[i * PackedLayout.ROWS + r] = row[i];
          }
        }
        long scalesAt = to + (long) b * scales * Integer.BYTES;
        long quantsAt = to + layout.scaleBytes(columns) + (long) b * quants * Integer.BYTES;
        MemorySegment.copy(block, 0, data, INT, scalesAt, scales);
        MemorySegment.copy(block, scales, data, INT, quantsAt, quants);
      }
    }
  }

  /**
   * What the layout makes of a fixed sample, as a checksum. A file that was packed by a layout of
   * another signature cannot be read by this one.
   */
  public int signature() {
    int columns = 2 * PackedLayout.BLOCK;
    byte[] sample = new byte[Math.toIntExact(PackedLayout.ROWS * layout.type().rowBytes(columns))];
    new Random(1).nextBytes(sample);
    for (int i = 0; i < sample.length; i++) {
      // Every bit counts somewhere, and no two bytes make a NaN, which might not keep its bits.
      sample[i] &= (byte) (i / 2 % 2 == 0 ? 0xbf : 0xfb);
    }
    Matrix w =
        new Matrix(matrix.format(), MemorySegment.ofArray(sample), PackedLayout.ROWS, columns);
    byte[] packed = new byte[Math.toIntExact(layout.tileBytes(columns))];
    new Packing(w, layout).pack(0, MemorySegment.ofArray(packed));
    CRC32C checksum = new CRC32C();
    checksum.update(packed);
    return (int) checksum.getValue();
  }
}
