package io.github.phi4j.internal.storage;

import io.github.phi4j.api.PackingListener;
import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.kernel.Matrix;
import io.github.phi4j.internal.kernel.Packing;
import io.github.phi4j.internal.model.PhiWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Packs all matrices that every token is multiplied with. Their packed data forms one sequence,
 * which is produced in parts on all threads of a pool.
 */
public final class WeightPacking {

  private static final int PART_BYTES = 4 << 20;
  private static final int PARTS_PER_THREAD = 4; // per turn
  private static final int PARTS_PER_TURN = 32; // at least one per thread

  private final PhiWeights weights;
  private final List<Slot> slots = new ArrayList<>();
  private final List<Part> parts = new ArrayList<>();
  private final long bytes;

  /**
   * A matrix in the packed data.
   *
   * @param packing the matrix's packing
   * @param offset the start in the packed data
   */
  record Slot(Packing packing, long offset) {}

  /**
   * Some tiles of a matrix: a thread's unit of work.
   *
   * @param slot the index of the matrix
   * @param firstTile the first tile
   * @param offset the start in the packed data
   * @param bytes the length
   */
  record Part(int slot, int firstTile, long offset, long bytes) {}

  /** An operation on a part. */
  interface PartTask {
    void run(int part, int worker);
  }

  private WeightPacking(PhiWeights weights) {
    this.weights = weights;
    long offset = 0;
    for (Matrix matrix : matrices(weights)) {
      Optional<Packing> packing = Packing.of(matrix);
      if (packing.isPresent()) {
        addParts(packing.get(), offset);
        slots.add(new Slot(packing.get(), offset));
        offset += packing.get().bytes();
      }
    }
    bytes = offset;
  }

  /** Returns the packing of the given weights. */
  public static WeightPacking of(PhiWeights weights) {
    return new WeightPacking(weights);
  }

  private static List<Matrix> matrices(PhiWeights weights) {
    List<Matrix> matrices = new ArrayList<>();
    for (PhiWeights.Layer layer : weights.layers()) {
      matrices.addAll(layer.qkv());
      matrices.addAll(layer.attentionOutput());
      matrices.addAll(layer.gateUp());
      matrices.addAll(layer.down());
    }
    matrices.addAll(weights.output());
    return matrices;
  }

  private void addParts(Packing packing, long offset) {
    int step = (int) Math.max(1, PART_BYTES / packing.tileBytes());
    for (int tile = 0; tile < packing.tiles(); tile += step) {
      int tiles = Math.min(step, packing.tiles() - tile);
      long at = tile * packing.tileBytes();
      parts.add(new Part(slots.size(), tile, offset + at, tiles * packing.tileBytes()));
    }
  }

  /** Returns the size of all packed data in bytes, 0 if nothing can be packed. */
  public long bytes() {
    return bytes;
  }

  List<Slot> slots() {
    return slots;
  }

  List<Part> parts() {
    return parts;
  }

  /** Returns the size of the largest part in bytes. */
  long largestPart() {
    return parts.stream().mapToLong(Part::bytes).max().orElse(0);
  }

  private static int turnLength(WorkerPool pool) {
    return Math.max(pool.threads(), Math.min(PARTS_PER_THREAD * pool.threads(), PARTS_PER_TURN));
  }

  /**
   * Returns the maximum size of a turn's parts in bytes: about 16 MiB per thread, up to 128 MiB.
   */
  long largestTurn(WorkerPool pool) {
    return Math.min(bytes, turnLength(pool) * largestPart());
  }

  /** Writes the packed data of a part. */
  void pack(Part part, MemorySegment to) {
    slots.get(part.slot()).packing().pack(part.firstTile(), to.asSlice(0, part.bytes()));
  }

  /**
   * Returns the weights with packed copies in memory from an arena.
   *
   * @throws OutOfMemoryError if there is not enough memory
   * @throws CancellationException if the thread is interrupted
   */
  public PhiWeights inMemory(WorkerPool pool, Arena arena, PackingListener listener) {
    MemorySegment[] copies = new MemorySegment[slots.size()];
    // On all threads, since allocation clears the memory.
    runInTurn(
        pool,
        0,
        copies.length,
        (slot, _) ->
            copies[slot] =
                arena.allocate(slots.get(slot).packing().bytes(), Matrix.PACKED_ALIGNMENT));
    forEachPart(
        pool,
        listener,
        (number, _) -> {
          Part part = parts.get(number);
          long at = part.offset() - slots.get(part.slot()).offset();
          pack(part, copies[part.slot()].asSlice(at, part.bytes()));
        });
    return with(List.of(copies));
  }

  /** Returns the weights with existing packed data. */
  PhiWeights with(MemorySegment data) {
    return with(
        slots.stream().map(slot -> data.asSlice(slot.offset(), slot.packing().bytes())).toList());
  }

  /**
   * Runs a task for every part on all threads of a pool, in order, in turns with the pool's other
   * users. The listener is notified after each turn, on the calling thread.
   */
  void forEachPart(WorkerPool pool, PackingListener listener, PartTask task) {
    AtomicLong done = new AtomicLong();
    int step = turnLength(pool);
    for (int first = 0; first < parts.size(); first += step) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("interrupted");
      }
      int count = Math.min(step, parts.size() - first);
      runInTurn(
          pool,
          first,
          count,
          (part, worker) -> {
            task.run(part, worker);
            done.addAndGet(parts.get(part).bytes());
          });
      listener.progress(done.get(), bytes);
    }
  }

  private static void runInTurn(WorkerPool pool, int first, int count, PartTask task) {
    pool.turn().lock();
    try {
      pool.run((part, worker) -> task.run(first + part, worker), count);
    } finally {
      pool.turn().unlock();
    }
  }

  private PhiWeights with(List<MemorySegment> data) {
    IdentityHashMap<Matrix, Matrix> copies = new IdentityHashMap<>();
    for (int i = 0; i < data.size(); i++) {
      Packing packing = slots.get(i).packing();
      copies.put(packing.matrix(), packing.with(data.get(i)));
    }
    List<PhiWeights.Layer> layers =
        weights.layers().stream()
            .map(layer ->
                new PhiWeights.Layer(
                    layer.attentionNorm(),
                    with(copies, layer.qkv()),
                    with(copies, layer.attentionOutput()),
                    layer.feedForwardNorm(),
                    with(copies, layer.gateUp()),
                    with(copies, layer.down())))
            .toList();
    return new PhiWeights(
        weights.tokenEmbedding(),
        layers,
        weights.outputNorm(),
        with(copies, weights.output()),
        weights.shortRopeFactors(),
        weights.longRopeFactors());
  }

  private static List<Matrix> with(IdentityHashMap<Matrix, Matrix> copies, List<Matrix> stack) {
    return stack.stream().map(matrix -> copies.getOrDefault(matrix, matrix)).toList();
  }
}
