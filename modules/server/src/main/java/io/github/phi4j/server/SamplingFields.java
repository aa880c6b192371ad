package io.github.phi4j.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Reads sampling options: OpenAI's fields and llama.cpp's. */
final class SamplingFields {

  private static final double MAX_TEMPERATURE = 100;

  /** llama.cpp's names of samplers, in order. */
  private static final List<String> SAMPLERS =
      List.of(
          "penalties",
          "dry",
          "top_n_sigma",
          "top_k",
          "typ_p",
          "top_p",
          "min_p",
          "xtc",
          "temperature");

  private static final Pattern DIGITS = Pattern.compile("\\d{1,9}");

  private final Fields fields;
  private final Sampling defaults;
  private final Tokenizer tokenizer;

  SamplingFields(Fields fields, Sampling defaults, Tokenizer tokenizer) {
    this.fields = fields;
    this.defaults = defaults;
    this.tokenizer = tokenizer;
  }

  Sampling read() {
    fields.refuse("adaptive_target", "is not supported", "-1", "-1.0");
    fields.refuse("min_keep", "is not supported", "0", "1");
    Sampling.Builder sampling = defaults.toBuilder();
    number("temperature", 0, MAX_TEMPERATURE, sampling::temperature);
    // OpenAI's clients send 0 for the smallest nucleus.
    number("top_p", 0, 1, value -> sampling.topP(Math.max(value, Float.MIN_NORMAL)));
    number("min_p", 0, 1, sampling::minP);
    number("typical_p", 0, 1, value -> sampling.typicalP(Math.max(value, Float.MIN_NORMAL)));
    number("top_n_sigma", -1, 1e6, value -> sampling.topNSigma(Math.max(value, 0)));
    fields.integer("top_k", -1, Integer.MAX_VALUE).ifPresent(k -> sampling.topK(Math.max(k, 0)));
    number("presence_penalty", -100, 100, sampling::presencePenalty);
    number("frequency_penalty", -100, 100, sampling::frequencyPenalty);
    number("repeat_penalty", 0.01, 100, sampling::repeatPenalty);
    number("repetition_penalty", 0.01, 100, sampling::repeatPenalty);
    fields
        .integer("repeat_last_n", -1, Integer.MAX_VALUE)
        .ifPresent(tokens -> sampling.penaltyWindow(window(tokens)));
    seed(sampling);
    logitBias(sampling);
    dry(sampling);
    draws(sampling);
    samplers(sampling);
    return sampling.build();
  }

  /** Turns off the samplers that the request's list omits. */
  private void samplers(Sampling.Builder sampling) {
    if (!fields.has("samplers")) {
      return;
    }
    List<String> asked = fields.strings("samplers");
    int last = -1;
    for (String each : asked) {
      int place = SAMPLERS.indexOf(each.equals("typical_p") ? "typ_p" : each);
      if (place <= last) {
        throw ApiException.unsupported(
            fields.name("samplers"),
            "'"
                + fields.name("samplers")
                + "' can only be some of "
                + SAMPLERS
                + ", in this order.");
      }
      last = place;
    }
    for (String each : SAMPLERS) {
      if (!asked.contains(each) && !(each.equals("typ_p") && asked.contains("typical_p"))) {
        turnOff(each, sampling);
      }
    }
  }

  private static void turnOff(String sampler, Sampling.Builder sampling) {
    switch (sampler) {
      case "penalties" -> sampling.repeatPenalty(1).presencePenalty(0).frequencyPenalty(0);
      case "dry" -> sampling.dry(Optional.empty());
      case "top_n_sigma" -> sampling.topNSigma(0);
      case "top_k" -> sampling.topK(0);
      case "typ_p" -> sampling.typicalP(1);
      case "top_p" -> sampling.topP(1);
      case "min_p" -> sampling.minP(0);
      case "xtc" -> sampling.xtc(Optional.empty());
      case "temperature" -> sampling.temperature(1).dynamicTemperature(Optional.empty());
      default -> throw new AssertionError(sampler);
    }
  }

  private void number(String field, double min, double max, Consumer<Float> setter) {
    OptionalDouble value = fields.number(field, min, max);
    if (value.isPresent()) {
      setter.accept((float) value.getAsDouble());
    }
  }

  private float number(String field, double min, double max, double fallback) {
    return (float) fields.number(field, min, max).orElse(fallback);
  }

  private static Sampling.Window window(int tokens) {
    return tokens < 0 ? Sampling.Window.wholeContext() : Sampling.Window.last(tokens);
  }

  private void seed(Sampling.Builder sampling) {
    OptionalLong seed = fields.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE);
    // As in llama.cpp, -1 and its unsigned form request a new one each time.
    if (seed.isPresent() && seed.getAsLong() != -1 && seed.getAsLong() != 0xFFFFFFFFL) {
      sampling.seed(seed.getAsLong());
    }
  }

  private void dry(Sampling.Builder sampling) {
    OptionalDouble multiplier = fields.number("dry_multiplier", 0, 100);
    if (multiplier.isPresent()) {
      List<String> breakers = fields.strings("dry_sequence_breakers");
      sampling.dry(
          new Sampling.Dry(
              (float) multiplier.getAsDouble(),
              number("dry_base", 1, 100, 1.75),
              fields.integer("dry_allowed_length", 0, Integer.MAX_VALUE).orElse(2),
              window(fields.integer("dry_penalty_last_n", -1, Integer.MAX_VALUE).orElse(-1)),
              fields.has("dry_sequence_breakers")
                  ? breakers
                  : Sampling.Dry.DEFAULT_SEQUENCE_BREAKERS));
    }
  }

  private void draws(Sampling.Builder sampling) {
    OptionalDouble xtc = fields.number("xtc_probability", 0, 1);
    if (xtc.isPresent()) {
      sampling.xtc(new Sampling.Xtc((float) xtc.getAsDouble(), number("xtc_threshold", 0, 1, 0.1)));
    }
    OptionalDouble range = fields.number("dynatemp_range", 0, MAX_TEMPERATURE);
    if (range.isPresent()) {
      sampling.dynamicTemperature(
          new Sampling.DynamicTemperature(
              (float) range.getAsDouble(), number("dynatemp_exponent", 0.01, 100, 1)));
    }
    OptionalInt mirostat = fields.integer("mirostat", 0, 2);
    if (mirostat.orElse(0) > 0) {
      sampling.mirostat(
          new Sampling.Mirostat(
              mirostat.getAsInt() == 1
                  ? Sampling.Mirostat.Version.V1
                  : Sampling.Mirostat.Version.V2,
              number("mirostat_tau", 0, 100, 5),
              number("mirostat_eta", 0, 100, 0.1)));
    }
  }

  /**
   * Reads OpenAI's object of ids and biases, or llama.cpp's array of pairs of an id or text and a
   * bias.
   */
  private void logitBias(Sampling.Builder sampling) {
    if (!fields.has("logit_bias")) {
      return;
    }
    JsonNode value = fields.node().get("logit_bias");
    if (value.isObject()) {
      value
          .properties()
          .forEach(entry ->
              bias(
                  sampling,
                  entry.getKey(),
                  DIGITS.matcher(entry.getKey()).matches(),
                  entry.getValue()));
    } else if (value.isArray()) {
      for (JsonNode pair : value) {
        if (!(pair instanceof ArrayNode array)
            || array.size() != 2
            || !(array.get(0).isIntegralNumber() || array.get(0).isTextual())) {
          throw fields.invalid("logit_bias", "must hold pairs of a token and a bias");
        }
        bias(sampling, array.get(0).asText(), array.get(0).isIntegralNumber(), array.get(1));
      }
    } else {
      throw Fields.wrongType(fields.name("logit_bias"), "an object or an array of pairs", value);
    }
  }

  private void bias(Sampling.Builder sampling, String token, boolean id, JsonNode value) {
    float bias;
    if (value.isBoolean() && !value.booleanValue()) {
      bias = Float.NEGATIVE_INFINITY;
    } else if (value.isNumber() && Math.abs(value.doubleValue()) <= 1e6) {
      // OpenAI: -100 bans a token.
      bias = value.doubleValue() <= -100 ? Float.NEGATIVE_INFINITY : value.floatValue();
    } else {
      throw fields.invalid("logit_bias", "must give each token a number, or false to ban it");
    }
    if (id) {
      int number = DIGITS.matcher(token).matches() ? Integer.parseInt(token) : -1;
      if (number < 0 || number >= tokenizer.vocabularySize()) {
        throw fields.invalid(
            "logit_bias",
            "names the token " + token + "; ids are below " + tokenizer.vocabularySize());
      }
      sampling.logitBias(number, bias);
    } else {
      for (int each : tokenizer.encode(token)) {
        sampling.logitBias(each, bias);
      }
    }
  }
}
