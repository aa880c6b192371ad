package io.github.phi4j.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * Packs the whole tiles of a matrix, in parts and to any destination.
 *
 * @param matrix the matrix to pack
 * @param layout the packed layout
 */
public record Packing(Matrix matrix, PackedLayout layout) {

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The packing of a matrix, if its type and shape allow one. */
  public static Optional<Packing> of(Matrix w) {
    return w.rows() < PackedLayout.ROWS || w.columns() % PackedLayout.BLOCK != 0
        ? Optional.empty()
        : Optional.of(new Packing(w, layout(w.format())));
  }

  /** The layout for matrices of a format. */
  static PackedLayout layout(BlockFormat format) {
    return format instanceof QuantFormat quants
        ? QuantLayout.of(quants)
        : new PackedNumbers(format);
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

  /** The matrix with an existing packed copy. */
  public Matrix with(MemorySegment data) {
    int rows = tiles() * PackedLayout.ROWS;
    return new Matrix(
        matrix.format(),
        matrix.data(),
        matrix.rows(),
        matrix.columns(),
        Optional.of(new PackedMatrix(layout, data, rows, matrix.columns())));
  }

  /** Packs tiles into {@code data} until it is full, from {@code firstTile} on. */
  public void pack(int firstTile, MemorySegment data) {
    pack(firstTile, data, KernelProvider.kernels());
  }

  private void pack(int firstTile, MemorySegment data, Kernels kernels) {
    int columns = matrix.columns();
    long tileBytes = tileBytes();
    int words = layout.scaleWords() + layout.quantWords();
    PackingScratch scratch = new PackingScratch(layout, kernels);
    int[] block = new int[words * PackedLayout.ROWS];
    int scales = layout.scaleWords() * PackedLayout.ROWS;
    int quants = layout.quantWords() * PackedLayout.ROWS;
    for (int tile = 0; tile < data.byteSize() / tileBytes; tile++) {
      long to = tile * tileBytes;
      for (int b = 0; b < columns / PackedLayout.BLOCK; b++) {
        long column = matrix.format().type().rowBytes((long) b * PackedLayout.BLOCK);
        long from = (long) (firstTile + tile) * PackedLayout.ROWS * matrix.rowBytes() + column;
        layout.encodeTile(matrix.data(), from, matrix.rowBytes(), block, scratch);
        long scalesAt = to + (long) b * scales * Integer.BYTES;
        long quantsAt = to + layout.scaleBytes(columns) + (long) b * quants * Integer.BYTES;
        MemorySegment.copy(block, 0, data, INT, scalesAt, scales);
        MemorySegment.copy(block, scales, data, INT, quantsAt, quants);
      }
    }
  }

  /**
   * A checksum of a fixed sample packed with this layout. Data packed by a layout with another
   * signature is unreadable by this one.
   */
  public int signature() {
    int columns = 2 * PackedLayout.BLOCK;
    byte[] sample = new byte[Math.toIntExact(PackedLayout.ROWS * layout.type().rowBytes(columns))];
    new Random(1).nextBytes(sample);
    for (int i = 0; i < sample.length; i++) {
      // Every bit matters somewhere, and no two bytes form a NaN, whose bits might not survive.
      sample[i] &= (byte) (i / 2 % 2 == 0 ? 0xbf : 0xfb);
    }
    Matrix w =
        new Matrix(matrix.format(), MemorySegment.ofArray(sample), PackedLayout.ROWS, columns);
    byte[] packed = new byte[Math.toIntExact(layout.tileBytes(columns))];
    // Scalar code: loading computes signatures, when vector code is not compiled yet.
    new Packing(w, layout).pack(0, MemorySegment.ofArray(packed), new ScalarKernels());
    CRC32C checksum = new CRC32C();
    checksum.update(packed);
    return (int) checksum.getValue();
  }
}
