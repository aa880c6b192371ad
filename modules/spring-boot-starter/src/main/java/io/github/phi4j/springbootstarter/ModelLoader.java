package io.github.phi4j.springbootstarter;

import io.github.phi4j.Phi4;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.LoadOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.FutureTask;

/** Loads the application's model, at once or in the background, and closes it. */
final class ModelLoader implements AutoCloseable {

  private final FutureTask<Generator> loading;

  ModelLoader(Path model, LoadOptions options, boolean inBackground) {
    loading = new FutureTask<>(() -> Phi4.load(model, options));
    if (inBackground) {
      Thread.ofPlatform().name("phi4j-loader").daemon().start(loading);
    } else {
      loading.run();
      loaded(); // or its failure is the application's
    }
  }

  /** The model, for which the first call waits. */
  @SuppressWarnings("ReferenceEquality") // as Object's own equals has it
  Generator generator() {
    return (Generator)
        Proxy.newProxyInstance(
            Generator.class.getClassLoader(),
            new Class<?>[] {Generator.class},
            (proxy, method, arguments) -> {
              if (method.getDeclaringClass() == Object.class) {
                return switch (method.getName()) {
                  case "equals" -> proxy == arguments[0];
                  case "hashCode" -> System.identityHashCode(proxy);
                  default -> "the model of spring.ai.phi4j.model";
                };
              } else if (method.getName().equals("close")) {
                close();
                return null;
              }
              try {
                return method.invoke(loaded(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** The model if it is there already. */
  Optional<Generator> ready() {
    return loading.isDone() ? Optional.of(loaded()) : Optional.empty();
  }

  /** Waits for the model. */
  private Generator loaded() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return loading.get();
        } catch (InterruptedException _) {
          interrupted = true;
        } catch (java.util.concurrent.ExecutionException e) {
          throw e.getCause() instanceof RuntimeException failure
              ? failure
              : new CompletionException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Closes the model; one that is still being loaded is waited for. */
  @Override
  public void close() {
    Optional<Generator> model;
    try {
      model = Optional.of(loaded());
    } catch (RuntimeException _) {
      model = Optional.empty(); // it was told to whoever asked for the model
    }
    model.ifPresent(Generator::close);
  }
}
