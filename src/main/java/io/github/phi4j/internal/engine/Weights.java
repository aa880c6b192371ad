package io.github.phi4j.internal.engine;

import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.Phi4Exception;
import io.github.phi4j.api.Printable;
import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.event.PackingEvent;
import io.github.phi4j.internal.event.Recorded;
import io.github.phi4j.internal.model.PhiWeights;
import io.github.phi4j.internal.storage.PackedStore;
import io.github.phi4j.internal.storage.WeightFile;
import io.github.phi4j.internal.storage.WeightPacking;
import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The weights that a model is computed with.
 *
 * @param weights the model's own, or these with packed copies
 * @param packedFile the file with the copies, if any
 */
record Weights(PhiWeights weights, Optional<WeightFile> packedFile) {

  private static final Logger LOG = LoggerFactory.getLogger(Weights.class);

  /** Smaller models are fast enough, and are packed only on request. */
  static final long LARGE_BYTES = 256L << 20;

  /** Memory reserved for the program, and for contexts of {@link #MARGIN_TOKENS}. */
  private static final long MARGIN_BYTES = 512L << 20;

  private static final int MARGIN_TOKENS = 16_384;

  /** Finds or creates the weights that the options request. */
  static Weights of(Model model, LoadOptions options, WorkerPool pool, Arena arena) {
    return switch (options.packedWeights()) {
      case OFF -> plain(model);
      case MEMORY -> inMemory(model, options, pool, arena);
      case FILE -> inFile(model, options, pool, arena);
      case AUTO -> auto(model, options, pool, arena, LARGE_BYTES, new AvailableMemory());
      case AUTO_FILE -> autoFile(model, options, pool, arena, LARGE_BYTES, new AvailableMemory());
    };
  }

  private static Weights plain(Model model) {
    return new Weights(model.weights(), Optional.empty());
  }

  private static Weights inFile(Model model, LoadOptions options, WorkerPool pool, Arena arena) {
    return new PackedStore(model.file(), model.weights(), options)
        .obtain(pool, options.packingListener(), arena)
        .map(Weights::of)
        .orElseGet(() -> plain(model));
  }

  private static Weights of(WeightFile file) {
    return new Weights(file.weights(), Optional.of(file));
  }

  /**
   * Returns an existing file, or for a large model a copy in memory if there is room.
   *
   * @param large the packed bytes from which a model is large
   * @param available the number of bytes that the process may still allocate
   */
  static Weights auto(
      Model model,
      LoadOptions options,
      WorkerPool pool,
      Arena arena,
      long large,
      LongSupplier available) {
    Optional<WeightFile> found = PackedStore.find(model.file(), model.weights(), options, arena);
    if (found.isPresent()) {
      return of(found.get());
    }
    long bytes = WeightPacking.of(model.weights()).bytes();
    if (bytes < large) {
      return plain(model);
    }
    long free = available.getAsLong();
    if (free != Long.MAX_VALUE && free >= bytes + margin(model, options)) {
      LOG.info(
          "{} has no packed file, so {} MiB are packed in memory, which takes seconds for each"
              + " gigabyte: 'phi4 pack', or PackedWeights.FILE, makes a file once and for all",
          Printable.of(model.file().files().getFirst().toString()),
          bytes >> 20);
      return inMemory(model, options, pool, arena);
    }
    LOG.warn(
        "{} is computed without packed weights, several times slower: there is no packed file, and"
            + " {} for {} MiB. 'phi4 pack', or PackedWeights.FILE, makes a file",
        Printable.of(model.file().files().getFirst().toString()),
        free == Long.MAX_VALUE ? "this system does not say whether it has memory" : "no memory",
        bytes >> 20);
    return plain(model);
  }

  private static long margin(Model model, LoadOptions options) {
    int length = options.contextLength().orElse(model.config().contextLength());
    long contexts =
        model
            .info()
            .kvCacheBytes(
                Math.min(length, MARGIN_TOKENS), options.kvKeyType(), options.kvValueType());
    return contexts + MARGIN_BYTES;
  }

  /** As {@link #auto}, but a large model's file is created if possible. */
  static Weights autoFile(
      Model model,
      LoadOptions options,
      WorkerPool pool,
      Arena arena,
      long large,
      LongSupplier available) {
    if (WeightPacking.of(model.weights()).bytes() >= large) {
      try {
        return inFile(model, options, pool, arena);
      } catch (Phi4Exception e) {
        LOG.warn(
            "The packed file, which generates several times faster, is missing: {}",
            e.getMessage());
      }
    }
    return auto(model, options, pool, arena, large, available);
  }

  private static Weights inMemory(Model model, LoadOptions options, WorkerPool pool, Arena arena) {
    WeightPacking packing = WeightPacking.of(model.weights());
    Recorded<PackingEvent> event = Recorded.begin(PackingEvent::new);
    try {
      PhiWeights packed =
          model.file().reading(() -> packing.inMemory(pool, arena, options.packingListener()));
      event.commit(done -> done.bytes = packing.bytes());
      return new Weights(packed, Optional.empty());
    } catch (OutOfMemoryError e) {
      throw new ModelException(
          model.file().files().getFirst(),
          -1,
          "too little memory for a packed copy of the weights (" + e.getMessage() + ")",
          "room for "
              + packing.bytes()
              + " bytes; load it without packed weights, or with those of a file",
          e);
    }
  }
}
