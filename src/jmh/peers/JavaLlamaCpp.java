import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Times java-llama.cpp on a GGUF file and prints the result as a line of JSON. Started by {@code
 * compare.mjs}, which puts the library on the class path.
 *
 * <p>The library evaluates no tokens without choosing the next one and takes text, not ids. Its
 * prefill is therefore a request for a single token after a long prompt; its decode a request after
 * a prompt of one token, which evaluates exactly one token per generated token.
 */
public final class JavaLlamaCpp {

  private static final String TOKEN = " a"; // one token in the vocabulary of every Phi-4
  private static final double NANOS = 1e9;

  private JavaLlamaCpp() {}

  /** Takes the model, the threads, prompt length, generation length and repetitions. */
  public static void main(String[] args) {
    int threads = Integer.parseInt(args[1]);
    int promptLength = Integer.parseInt(args[2]);
    int generationLength = Integer.parseInt(args[3]);
    int repetitions = Integer.parseInt(args[4]);
    long start = System.nanoTime();
    ModelParameters parameters =
        new ModelParameters()
            .setModel(args[0])
            .setThreads(threads)
            .setThreadsBatch(threads)
            .setCtxSize(promptLength + generationLength + 64)
            .setParallel(1)
            .skipWarmup()
            .disableLog();
    try (LlamaModel model = new LlamaModel(parameters)) {
      double loadSeconds = (System.nanoTime() - start) / NANOS;
      String prompt = prompt(model, promptLength);
      String single = prompt(model, 1);
      List<String> prefill = new ArrayList<>();
      List<String> decode = new ArrayList<>();
      for (int i = -1; i < repetitions; i++) { // the first one warms up
        double prefillSeconds = seconds(model, prompt, 1);
        double decodeSeconds = seconds(model, single, generationLength);
        if (i >= 0) {
          prefill.add(Double.toString(promptLength / prefillSeconds));
          decode.add(Double.toString(generationLength / decodeSeconds));
        }
      }
      System.out.printf(
          "{\"loadSeconds\": %s, \"prefill\": [%s], \"decode\": [%s]}%n",
          loadSeconds, String.join(", ", prefill), String.join(", ", decode));
    }
    System.exit(0); // its threads would keep the JVM alive
  }

  private static double seconds(LlamaModel model, String prompt, int tokens) {
    InferenceParameters request =
        new InferenceParameters(prompt)
            .setCachePrompt(false)
            .setNPredict(tokens)
            .setIgnoreEos(true)
            .setTemperature(0);
    long start = System.nanoTime();
    String text = model.complete(request);
    long end = System.nanoTime();
    if (text.isEmpty() && tokens > 1) {
      throw new IllegalStateException("asked for " + tokens + " tokens, it gave no text");
    }
    return (end - start) / NANOS;
  }

  /** Returns a text of exactly that many tokens. */
  private static String prompt(LlamaModel model, int length) {
    String text = TOKEN.repeat(length);
    int found = model.encode(text).length;
    if (found != length) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "'%s' %d times is %d tokens", TOKEN, length, found));
    }
    return text;
  }
}
