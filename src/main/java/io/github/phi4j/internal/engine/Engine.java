package io.github.phi4j.internal.engine;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.MetadataValue;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.ModelInfo;
import io.github.phi4j.api.ModelInspection;
import io.github.phi4j.api.PackedFile;
import io.github.phi4j.api.Printable;
import io.github.phi4j.api.ThreadPool;
import io.github.phi4j.internal.concurrent.WorkerPool;
import io.github.phi4j.internal.event.LoadEvent;
import io.github.phi4j.internal.event.Recorded;
import io.github.phi4j.internal.gguf.GgufArray;
import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.internal.gguf.GgufTensor;
import io.github.phi4j.internal.gguf.GgufValue;
import io.github.phi4j.internal.storage.PackedStore;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads and inspects model files. */
public final class Engine {

  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private Engine() {}

  /** Maps a file and makes it ready to generate. */
  public static Generator load(Path file, LoadOptions options) {
    return load(file, options, System::nanoTime, Timer.SYSTEM);
  }

  /** As {@link #load(Path, LoadOptions)}, with a given clock and timer. */
  static DefaultGenerator load(Path file, LoadOptions options, LongSupplier clock, Timer timer) {
    Recorded<LoadEvent> event = Recorded.begin(LoadEvent::new);
    long start = System.nanoTime();
    Arena arena = Arena.ofShared();
    try {
      Model model = read(GgufFile.open(file, arena), options.chatFormat());
      DefaultGenerator generator = new DefaultGenerator(model, options, arena, clock, timer);
      model
          .info()
          .findings()
          .forEach(finding -> LOG.warn("{}: {}", Printable.of(file.toString()), finding));
      event.commit(loaded -> {
        loaded.file = file.toString();
        loaded.model = model.info().name();
        loaded.weightBytes = model.info().weightBytes();
      });
      generator.announce(Duration.ofNanos(System.nanoTime() - start));
      return generator;
    } catch (Throwable e) { // the mapping must not outlive a failed load of any kind
      arena.close();
      throw e;
    }
  }

  /** Starts a thread pool for several models. */
  public static ThreadPool newThreadPool(int threads) {
    return new WorkerPool(LoadOptions.builder().threads(threads).build().threads().getAsInt());
  }

  /** Describes the packed weights of a model. */
  public static PackedFile packedFile(Path file, LoadOptions options) {
    try (Arena arena = Arena.ofShared()) {
      return store(file, options, arena).describe();
    }
  }

  /** Creates the file of packed weights unless a usable one exists. */
  public static PackedFile pack(Path file, LoadOptions options) {
    try (Arena arena = Arena.ofShared();
        Threads threads = Threads.of(options)) {
      PackedStore store = store(file, options, arena);
      store.obtain(threads.pool(), options.packingListener(), arena);
      return store.describe();
    }
  }

  /** Verifies the packed weights against the model. */
  public static void verifyPacked(Path file, LoadOptions options) {
    try (Arena arena = Arena.ofShared();
        Threads threads = Threads.of(options)) {
      store(file, options, arena).verify(threads.pool(), options.packingListener());
    }
  }

  private static PackedStore store(Path file, LoadOptions options, Arena arena) {
    Model model = read(GgufFile.open(file, arena), options.chatFormat());
    return new PackedStore(model.file(), model.weights(), options);
  }

  private static Model read(GgufFile file, Optional<ChatFormat> chatFormat) {
    return file.reading(() -> Model.of(file, chatFormat));
  }

  /** Reads the description of a file. */
  public static ModelInspection inspect(Path file) {
    try (Arena arena = Arena.ofShared()) {
      GgufFile gguf = GgufFile.open(file, arena);
      Optional<ModelInfo> info = Optional.empty();
      Optional<String> refusal = Optional.empty();
      try {
        info = Optional.of(read(gguf, Optional.empty()).info());
      } catch (ModelException e) {
        refusal = Optional.of(e.getMessage());
      }
      return new ModelInspection(
          gguf.files(), gguf.bytes(), gguf.version(), metadata(gguf), tensors(gguf), info, refusal);
    }
  }

  private static Map<String, MetadataValue> metadata(GgufFile gguf) {
    Map<String, MetadataValue> values = new LinkedHashMap<>();
    gguf.metadata().values().forEach((key, value) -> values.put(key, copy(value)));
    return values;
  }

  /** The value apart from the mapping. */
  private static MetadataValue copy(GgufValue value) {
    return switch (value) {
      case GgufValue.Int number -> new MetadataValue.Int(number.value());
      case GgufValue.Real number -> new MetadataValue.Real(number.value());
      case GgufValue.Bool bool -> new MetadataValue.Bool(bool.value());
      case GgufValue.Text text -> new MetadataValue.Text(text.value());
      case GgufArray mapped -> {
        GgufArray array = mapped.copy();
        yield new MetadataValue.Array(
            array.type().name(), array.length(), index -> element(array, index));
      }
    };
  }

  private static MetadataValue element(GgufArray array, int index) {
    return switch (array.type()) {
      case STRING -> new MetadataValue.Text(array.string(index));
      case FLOAT32, FLOAT64 -> new MetadataValue.Real(array.number(index));
      case BOOL -> new MetadataValue.Bool(array.integer(index) != 0);
      default ->
          array.isLong(index)
              ? new MetadataValue.Int(array.integer(index))
              : new MetadataValue.Real(array.number(index));
    };
  }

  private static List<ModelInspection.Tensor> tensors(GgufFile gguf) {
    List<ModelInspection.Tensor> tensors = new ArrayList<>();
    for (GgufTensor tensor : gguf.tensors().values()) {
      tensors.add(
          new ModelInspection.Tensor(
              tensor.name(),
              tensor.type().name(),
              tensor.shape(),
              tensor.data().byteSize(),
              tensor.offset()));
    }
    return tensors;
  }
}
