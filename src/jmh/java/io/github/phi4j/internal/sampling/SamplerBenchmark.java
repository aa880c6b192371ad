package io.github.phi4j.internal.sampling;

import io.github.phi4j.api.Sampling;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The choice of one token from the vocabularies of Phi-4 and Phi-4-mini. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SamplerBenchmark {

  private static final int CONTEXT = 512;
  private static final int CHECKED = 50;

  /** The kind of chain. */
  public enum Chain {
    /** Takes the best. */
    GREEDY,
    /** Draws from the best 40. */
    TOP_K,
    /** Draws from the most probable 95 %. */
    TOP_P,
    /** Makes repetitions less probable. */
    DRY,
    /** Keeps tokens near the highest logit. */
    TOP_N_SIGMA,
    /** Excludes top choices. */
    XTC,
    /** Draws at a temperature that follows the entropy. */
    DYNAMIC_TEMPERATURE,
    /** Keeps the surprise near a target by a limit on k. */
    MIROSTAT_1,
    /** Keeps the surprise near a target by a limit of surprise. */
    MIROSTAT_2,
    /** Runs a custom sampler. */
    OWN,
    /** All compatible steps. */
    ALL;

    Sampling sampling() {
      Sampling.Builder builder = Sampling.builder().seed(7).temperature(0.8f);
      return switch (this) {
        case GREEDY -> builder.temperature(0).build();
        case TOP_K -> builder.topK(40).build();
        case TOP_P -> builder.topP(0.95f).build();
        case DRY -> builder.dry(Sampling.Dry.of(0.8f)).build();
        case TOP_N_SIGMA -> builder.topNSigma(1).build();
        case XTC -> builder.xtc(new Sampling.Xtc(1, 0.02f)).build();
        case DYNAMIC_TEMPERATURE ->
            builder.dynamicTemperature(new Sampling.DynamicTemperature(0.5f, 1)).build();
        case MIROSTAT_1 ->
            builder.mirostat(new Sampling.Mirostat(Sampling.Mirostat.Version.V1, 5, 0.1f)).build();
        case MIROSTAT_2 ->
            builder.mirostat(new Sampling.Mirostat(Sampling.Mirostat.Version.V2, 5, 0.1f)).build();
        case OWN -> builder.samplers(candidates -> candidates.keep(id -> id % 2 == 0)).build();
        case ALL ->
            builder
                .dry(Sampling.Dry.of(0.8f))
                .topNSigma(6)
                .xtc(new Sampling.Xtc(0.5f, 0.1f))
                .dynamicTemperature(new Sampling.DynamicTemperature(0.3f, 1))
                .logitBias(17, -1)
                .repeatPenalty(1.1f)
                .presencePenalty(0.1f)
                .frequencyPenalty(0.1f)
                .topK(40)
                .typicalP(0.95f)
                .topP(0.95f)
                .minP(0.05f)
                .build();
      };
    }
  }

  /** The distribution of the logits. */
  public enum Spread {
    /** A few tokens stand out, as usual in a text. */
    PEAKED,
    /** None stands out: the maximum number of candidates. */
    FLAT
  }

  /** The chain. */
  @Param public Chain chain;

  /** The size of the vocabulary. */
  @Param({"100352", "200064"})
  public int vocabulary;

  /** The spread of the logits. */
  @Param public Spread spread;

  private SamplerChain sampler;
  private float[] logits;
  private int[] context;

  /** Creates logits, and checks that the chain chooses no excluded token. */
  @Setup
  public void setUp() {
    Random random = new Random(5);
    logits = new float[vocabulary];
    for (int i = 0; i < vocabulary; i++) {
      logits[i] = (float) random.nextGaussian();
    }
    if (spread == Spread.PEAKED) {
      for (int i = 0; i < 30; i++) {
        logits[random.nextInt(vocabulary)] = 12 + 4 * random.nextFloat();
      }
    }
    // The second half repeats the first except for one token, like a text that starts to loop.
    context = random.ints(CONTEXT, 0, vocabulary).toArray();
    System.arraycopy(context, 0, context, CONTEXT / 2 + 1, CONTEXT / 2 - 1);
    sampler = new SamplerChain(chain.sampling(), vocabulary, new int[0]);
    for (int i = 0; i < CHECKED; i++) {
      check(next());
    }
  }

  private void check(int id) {
    double best = Double.NEGATIVE_INFINITY;
    double all = 0;
    double better = 0;
    int rank = 0;
    for (float logit : logits) {
      best = Math.max(best, logit);
      all += Math.exp(logit);
      if (logit > logits[id]) {
        rank++;
        better += Math.exp(logit);
      }
    }
    boolean right =
        switch (chain) {
          case GREEDY -> logits[id] == best;
          case TOP_K -> rank < 40;
          case TOP_P -> better / all < 0.95 + 1e-4;
          case DRY, DYNAMIC_TEMPERATURE, MIROSTAT_1, MIROSTAT_2 -> true; // any token may come
          case TOP_N_SIGMA -> logits[id] >= best - deviation();
          case XTC -> // only the last token above the threshold
              Math.exp(logits[id]) / all < 0.02 || next(rank) < 0.02 * all;
          case OWN -> id % 2 == 0;
          case ALL -> rank < 40 + CONTEXT + 1; // penalties and bias may move so many
        };
    if (!right) {
      throw new IllegalStateException(
          "chose token " + id + ", of rank " + rank + " with " + better / all + " above it");
    }
  }

  private double deviation() {
    double sum = 0;
    double squares = 0;
    for (float logit : logits) {
      sum += logit;
      squares += (double) logit * logit;
    }
    double mean = sum / logits.length;
    return Math.sqrt(squares / logits.length - mean * mean) + 1e-4;
  }

  /** exp of the logit one rank below. */
  private double next(int rank) {
    float[] sorted = logits.clone();
    Arrays.sort(sorted);
    return Math.exp(sorted[sorted.length - 2 - rank]);
  }

  /** One choice. */
  @Benchmark
  public int next() {
    return sampler.next(logits, context, CONTEXT);
  }
}
