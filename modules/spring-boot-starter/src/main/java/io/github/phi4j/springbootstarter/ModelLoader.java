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

/** Loads the application's model, immediately or in the background, and closes it. */
final class ModelLoader implements AutoCloseable {

  private final FutureTask<Generator> loading;

  ModelLoader(Path model, LoadOptions options, boolean inBackground) {
    loading = new FutureTask<>(() -> Phi4.load(model, options));
    if (inBackground) {
      Thread.ofPlatform().name("phi4j-loader").daemon().start(loading);
    } else {
      loading.run();
      loaded(); // a failure fails the application
    }
  }

  /** Returns the model, waiting until it is loaded. */
  @SuppressWarnings("ReferenceEquality") // identity, as in Object
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

  /** Returns the model, if it is loaded. */
  Optional<Generator> ready() {
    return loading.isDone() ? Optional.of(loaded()) : Optional.empty();
  }

  /** Waits until the model is loaded. */
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

  /** Closes the model, after waiting for loading in progress. */
  @Override
  public void close() {
    Optional<Generator> model;
    try {
      model = Optional.of(loaded());
    } catch (RuntimeException _) {
      model = Optional.empty(); // callers of generator() get the failure
    }
    model.ifPresent(Generator::close);
  }
}
