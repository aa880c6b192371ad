package io.github.phi4j.cli;

import io.github.phi4j.api.Sampling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Sampling options with llama.cpp's names; the default is greedy. */
final class SamplingOptions {

  private static final Pattern ESCAPE = Pattern.compile("\\\\(.)", Pattern.DOTALL);
  private static final Pattern BIAS = Pattern.compile("(\\d+)([+-].+)");

  @Option(
      names = {"--temp", "--temperature"},
      paramLabel = "T",
      description = "Temperature. Default: 0, which is greedy.")
  private Float temperature;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "Keep the N most probable tokens. Default: 0, all.")
  private Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description =
          "Keep the most probable tokens up to this cumulative probability. Default: 1, all.")
  private Float topP;

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description =
          "Keep tokens with at least this fraction of the top token's probability."
              + " Default: 0, all.")
  private Float minP;

  @Option(
      names = {"--typical", "--typical-p"},
      paramLabel = "P",
      description = "Locally typical sampling with this cumulative probability. Default: 1, off.")
  private Float typicalP;

  @Option(
      names = {"-s", "--seed"},
      paramLabel = "N",
      description = "Random seed. Default: -1, a new one each time.")
  private Long seed;

  @Option(
      names = "--repeat-penalty",
      paramLabel = "X",
      description = "Divisor of the logits of repeated tokens. Default: 1, off.")
  private Float repeatPenalty;

  @Option(
      names = "--repeat-last-n",
      paramLabel = "N",
      description =
          "Number of recent tokens to penalize; 0 is none, -1 the whole context. Default: 64.")
  private Integer penaltyWindow;

  @Option(
      names = "--presence-penalty",
      paramLabel = "X",
      description = "Subtracted from the logits of repeated tokens. Default: 0, off.")
  private Float presencePenalty;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "X",
      description = "Subtracted once per occurrence of a token. Default: 0, off.")
  private Float frequencyPenalty;

  @Option(
      names = "--dry-multiplier",
      paramLabel = "X",
      description = "Penalty for continuing a repetition (DRY). Default: 0, off.")
  private Float dryMultiplier;

  @Option(
      names = "--dry-base",
      paramLabel = "X",
      description = "Growth of the DRY penalty per repeated token. Default: 1.75.")
  private Float dryBase;

  @Option(
      names = "--dry-allowed-length",
      paramLabel = "N",
      description = "Length of repetitions that DRY allows. Default: 2.")
  private Integer dryAllowedLength;

  @Option(
      names = "--dry-penalty-last-n",
      paramLabel = "N",
      description =
          "Number of recent tokens for DRY; 0 is none, -1 the whole context. Default: " + "-1.")
  private Integer dryPenaltyLastN;

  @Option(
      names = "--dry-sequence-breaker",
      paramLabel = "TEXT",
      description =
          "Text that breaks DRY repetitions, instead of newline, ':', '\"' and '*'; may contain "
              + "the escapes \\n, \\t, \\r and \\\\. Repeatable; 'none' clears the list.")
  private List<String> dryBreakers = List.of();

  @Option(
      names = {"--top-nsigma", "--top-n-sigma"},
      paramLabel = "N",
      description =
          "Keep tokens whose logits are within N standard deviations of the highest."
              + " Default: -1, all.")
  private Float topNSigma;

  @Option(
      names = "--xtc-probability",
      paramLabel = "P",
      description = "Probability of removing the top choices (XTC). Default: 0, off.")
  private Float xtcProbability;

  @Option(
      names = "--xtc-threshold",
      paramLabel = "P",
      description = "Minimum probability of a top choice (XTC); above 0.5 is off. Default: 0.1.")
  private Float xtcThreshold;

  @Option(
      names = "--dynatemp-range",
      paramLabel = "X",
      description =
          "Dynamic temperature by entropy, between --temp - X and --temp + X. Default: 0, off.")
  private Float dynamicRange;

  @Option(
      names = "--dynatemp-exp",
      paramLabel = "X",
      description = "Exponent of the dynamic temperature. Default: 1.")
  private Float dynamicExponent;

  @Option(
      names = "--mirostat",
      paramLabel = "N",
      description =
          "Mirostat version 1 or 2, instead of --top-nsigma, --top-k, --typical, --top-p, "
              + "--min-p, --xtc-*"
              + " and --dynatemp-*. Default: 0, off.")
  private Integer mirostat;

  @Option(
      names = "--mirostat-lr",
      paramLabel = "X",
      description = "Learning rate of mirostat, eta. Default: 0.1.")
  private Float mirostatLearningRate;

  @Option(
      names = "--mirostat-ent",
      paramLabel = "X",
      description = "Target entropy of mirostat in bits, tau. Default: 5.")
  private Float mirostatEntropy;

  @Option(
      names = {"-l", "--logit-bias"},
      paramLabel = "ID(+/-)BIAS",
      description =
          "Bias of a token's logit: 15043+1, 15043-0.5; 15043-inf bans the token. Repeatable.")
  private List<String> logitBias = List.of();

  Sampling sampling() {
    return sampling(Sampling.greedy());
  }

  /** Returns the fallback with the given options applied. */
  Sampling sampling(Sampling fallback) {
    return UsageException.check(() -> build(fallback.toBuilder()));
  }

  private Sampling build(Sampling.Builder sampling) {
    set(temperature, sampling::temperature);
    set(topK, sampling::topK);
    set(topP, sampling::topP);
    set(minP, sampling::minP);
    set(typicalP, sampling::typicalP);
    set(repeatPenalty, sampling::repeatPenalty);
    set(penaltyWindow, n -> sampling.penaltyWindow(window(n)));
    set(presencePenalty, sampling::presencePenalty);
    set(frequencyPenalty, sampling::frequencyPenalty);
    if (seed != null && seed != -1) {
      sampling.seed(seed);
    }
    for (String bias : logitBias) {
      addBias(bias, sampling);
    }
    addLater(sampling);
    return sampling.build();
  }

  /** Adds the steps with several values each. */
  private void addLater(Sampling.Builder sampling) {
    if (topNSigma != null && topNSigma != -1) {
      sampling.topNSigma(topNSigma);
    }
    if (dryMultiplier != null) {
      sampling.dry(
          new Sampling.Dry(
              dryMultiplier,
              orElse(dryBase, 1.75f),
              orElse(dryAllowedLength, 2),
              window(orElse(dryPenaltyLastN, -1)),
              dryBreakers()));
    }
    if (xtcProbability != null) {
      sampling.xtc(new Sampling.Xtc(xtcProbability, orElse(xtcThreshold, 0.1f)));
    }
    if (dynamicRange != null) {
      sampling.dynamicTemperature(
          new Sampling.DynamicTemperature(dynamicRange, orElse(dynamicExponent, 1f)));
    }
    if (mirostat != null && mirostat != 0) {
      sampling.mirostat(
          new Sampling.Mirostat(
              mirostatVersion(), orElse(mirostatEntropy, 5f), orElse(mirostatLearningRate, 0.1f)));
    }
  }

  /** The special values are llama.cpp's, like the option names. */
  private static Sampling.Window window(int tokens) {
    return tokens == -1 ? Sampling.Window.wholeContext() : Sampling.Window.last(tokens);
  }

  private Sampling.Mirostat.Version mirostatVersion() {
    return switch (mirostat) {
      case 1 -> Sampling.Mirostat.Version.V1;
      case 2 -> Sampling.Mirostat.Version.V2;
      default ->
          throw new UsageException("--mirostat " + mirostat + ": give 1 or 2, or 0 for none");
    };
  }

  private List<String> dryBreakers() {
    if (dryBreakers.isEmpty()) {
      return Sampling.Dry.DEFAULT_SEQUENCE_BREAKERS;
    }
    // As in llama.cpp, none clears earlier values.
    return dryBreakers.subList(dryBreakers.lastIndexOf("none") + 1, dryBreakers.size()).stream()
        .map(SamplingOptions::unescape)
        .toList();
  }

  private static String unescape(String text) {
    return ESCAPE
        .matcher(text)
        .replaceAll(escape ->
            Matcher.quoteReplacement(
                switch (escape.group(1)) {
                  case "n" -> "\n";
                  case "t" -> "\t";
                  case "r" -> "\r";
                  case "\\" -> "\\";
                  default -> escape.group();
                }));
  }

  private static <T> T orElse(T value, T fallback) {
    return value == null ? fallback : value;
  }

  /** Returns a remark if options have no effect: filters without a random draw. */
  Optional<String> remark() {
    if (temperature != null) {
      return Optional.empty();
    }
    Map<String, Object> draws = new LinkedHashMap<>();
    draws.put("--top-k", topK);
    draws.put("--top-p", topP);
    draws.put("--min-p", minP);
    draws.put("--typical", typicalP);
    draws.put("--top-nsigma", topNSigma);
    draws.put("--xtc-probability", xtcProbability);
    draws.put("--dynatemp-range", dynamicRange);
    draws.put("--mirostat", mirostat);
    draws.put("--seed", seed);
    List<String> idle = new ArrayList<>();
    draws.forEach((name, value) -> {
      if (value != null) {
        idle.add(name);
      }
    });
    return idle.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.join(", ", idle)
                + " without effect: sampling is greedy unless --temp is above 0");
  }

  private static <T> void set(T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }

  private static void addBias(String text, Sampling.Builder sampling) {
    Matcher matcher = BIAS.matcher(text);
    try {
      if (matcher.matches()) {
        sampling.logitBias(Integer.parseInt(matcher.group(1)), bias(matcher.group(2)));
        return;
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    throw new UsageException(
        "--logit-bias '" + text + "' is not TOKEN_ID(+/-)BIAS, such as 15043+1 or 15043-inf");
  }

  private static float bias(String text) {
    return text.equals("-inf") ? Float.NEGATIVE_INFINITY : Float.parseFloat(text);
  }
}
