package io.github.phi4j.cli;

import io.github.phi4j.hub.CachedModel;
import io.github.phi4j.hub.ModelHub;
import io.github.phi4j.hub.ModelReference;
import io.github.phi4j.hub.PhiModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code phi4 pull}: downloads models and manages the cache. */
@Command(
    name = "pull",
    description = "Downloads a model from Hugging Face. Standard output has the path of the file.",
    footer = {
      "",
      "Without a model, lists the short names of the family and the memory that each needs.",
      "Files are stored in Hugging Face's cache, shared with other tools; HF_HUB_CACHE, HF_HOME "
          + "and LLAMA_CACHE set its location. HF_TOKEN is for repositories that require it, "
          + "HF_ENDPOINT selects another hub. An interrupted download resumes.",
      "",
      "Examples:",
      "  phi4 pull phi-4-mini",
      "  phi4 pull microsoft/phi-4-gguf:Q4_K_M",
      "  phi4 run -hf phi-4-mini \"What is 27 + 45?\""
    })
final class PullCommand implements Callable<Integer> {

  private static final int FAILED = 1;

  private final Environment environment;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description = "USER/REPO[:QUANT], or a short name of the family, such as phi-4-mini:Q8_0.")
  private String model;

  @ArgGroup private Task task = new Task();

  /** Alternatives to downloading. */
  private static final class Task {
    @Option(names = "--list", description = "List the models in the cache.")
    private boolean list;

    @Option(names = "--verify", description = "Verify the checksums of a model in the cache.")
    private boolean verify;

    @Option(names = "--rm", description = "Remove a model from the cache.")
    private boolean remove;
  }

  PullCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    ModelHub hub = UsageException.check(environment.models()::hub);
    if (task.list) {
      list(hub);
      return 0;
    }
    if (model == null) {
      if (task.verify || task.remove) {
        throw new UsageException("no model given");
      }
      family();
      return 0;
    }
    ModelReference reference = UsageException.check(() -> ModelReference.parse(model));
    if (task.verify) {
      return verify(hub, found(hub, reference));
    }
    if (task.remove) {
      long freed = hub.remove(found(hub, reference));
      environment.note(reference + " removed: " + Quantities.bytes(freed) + " freed");
      return 0;
    }
    environment.out().println(PullProgress.pull(environment, hub, reference).file().toString());
    return 0;
  }

  private static CachedModel found(ModelHub hub, ModelReference reference) throws IOException {
    return hub.find(reference)
        .orElseThrow(() -> new UsageException(reference + " is not in " + hub.cache()));
  }

  private void list(ModelHub hub) throws IOException {
    List<CachedModel> models = hub.list();
    if (models.isEmpty()) {
      environment.note("no models in " + hub.cache());
    }
    for (CachedModel each : models) {
      environment
          .out()
          .printf("%-12s %s  %s\n", Quantities.bytes(each.bytes()), each.repository(), each.file());
    }
  }

  private int verify(ModelHub hub, CachedModel found) throws IOException {
    List<Path> damaged = hub.verify(found);
    damaged.forEach(
        file -> environment.note(file + " is damaged: remove it with --rm and pull it again"));
    if (damaged.isEmpty()) {
      environment.note(found.file() + " is intact");
    }
    return damaged.isEmpty() ? 0 : FAILED;
  }

  private void family() {
    long memory = Machine.memoryBytes();
    for (PhiModel each : PhiModel.values()) {
      environment.out().printf("%s  (%s)\n", each.shortName(), each.repository());
      String advised = each.advice(memory).map(PhiModel.Quantization::tag).orElse("");
      for (PhiModel.Quantization quantization : each.quantizations()) {
        environment
            .out()
            .printf(
                "  %-8s %5.1f GB of weights, %5.1f GB of memory%s\n",
                quantization.tag(),
                quantization.weightBytes() / 1e9,
                quantization.memoryBytes() / 1e9,
                quantization.tag().equals(advised) ? "   <- best for this machine" : "");
      }
      if (advised.isEmpty()) {
        environment
            .out()
            .print(
                String.format(
                    Locale.ROOT, "  none fits in this machine's %.1f GB\n", memory / 1e9));
      }
    }
  }
}
