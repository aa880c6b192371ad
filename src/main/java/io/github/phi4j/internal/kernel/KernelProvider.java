package io.github.phi4j.internal.kernel;

import java.nio.ByteOrder;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Selects the kernels of this JVM, once. */
public final class KernelProvider {

  /** Forces a choice: {@code scalar}, or a vector width in bits, {@code 128 256 512}. */
  public static final String PROPERTY = VectorWidth.PROPERTY;

  private static final Logger LOG = LoggerFactory.getLogger(KernelProvider.class);

  private static final int TRIALS = 16;
  private static final int CALLS = 32;

  private KernelProvider() {}

  /** The selected kernels; the scalar ones if no others can run. */
  public static Kernels kernels() {
    return Chosen.KERNELS;
  }

  private static Kernels choose() {
    String forced = System.getProperty(PROPERTY, "");
    if (!Set.of("", "scalar", "128", "256", "512").contains(forced)) {
      LOG.warn(
          "system property {}={} is not one of scalar, 128, 256, 512 and is ignored",
          PROPERTY,
          forced);
    }
    if (forced.equals("scalar")) {
      LOG.info("using scalar kernels, as system property {} requests", PROPERTY);
      return new ScalarKernels();
    }
    if (!hasVectorModule()) {
      LOG.warn(
          "the module jdk.incubator.vector is missing, so phi4j computes without vectors, ten times"
              + " slower or worse: start java with --add-modules jdk.incubator.vector");
      return new ScalarKernels();
    }
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      LOG.warn("this processor is big-endian; phi4j has only scalar kernels for it");
      return new ScalarKernels();
    }
    if (!hasOptimizingCompiler()) {
      LOG.warn(
          "this JVM runs without its optimizing compiler, where vectors are slower than none, so"
              + " phi4j computes with scalar kernels, ten times slower or worse: start java without"
              + " -XX:TieredStopAtLevel and -Xint");
      return new ScalarKernels();
    }
    if (!hasFusedMultiplyAdd()) {
      LOG.warn(
          "this JVM has no fused multiply-add (the processor has none, a virtual machine hides it,"
              + " or -XX:-UseFMA is set), without which vectors take a thousand times as long, so"
              + " phi4j computes with scalar kernels, ten times slower or worse: give the virtual"
              + " machine the processor's own features (such as -cpu host), or start java without"
              + " the option");
      return new ScalarKernels();
    }
    Kernels kernels = new VectorKernels();
    LOG.debug("kernels: {}", kernels.name());
    return kernels;
  }

  /** Whether the vector module is readable; on the class path that takes a flag. */
  private static boolean hasVectorModule() {
    Module self = KernelProvider.class.getModule();
    return ModuleLayer.boot().findModule("jdk.incubator.vector").filter(self::canRead).isPresent();
  }

  private static boolean hasOptimizingCompiler() {
    String mode = System.getProperty("java.vm.info", "");
    return !mode.contains("emulated-client") && !mode.contains("interpreted mode");
  }

  /**
   * Whether {@link Math#fma} is an instruction. Without one the JVM computes it with decimals of
   * any length, which takes a hundred times as long as a square root, always an instruction. Both
   * are timed where the thread was least disturbed, while neither is compiled.
   */
  private static boolean hasFusedMultiplyAdd() {
    long fused = Long.MAX_VALUE;
    long root = Long.MAX_VALUE;
    double sum = 0;
    for (int i = 1; i <= TRIALS; i++) {
      long start = System.nanoTime();
      for (int j = 0; j < CALLS; j++) {
        sum += Math.sqrt(i * 1.1f + j);
      }
      long middle = System.nanoTime();
      for (int j = 0; j < CALLS; j++) {
        sum += Math.fma(i * 1.1f, 0.3f + j, 0.7f);
      }
      long end = System.nanoTime();
      root = Math.min(root, middle - start);
      fused = Math.min(fused, end - middle);
    }
    boolean used = sum > 0; // or else nothing need be computed
    return used && fused < 16 * Math.max(root, 1);
  }

  private static final class Chosen {
    static final Kernels KERNELS = choose();
  }
}
