package io.github.phi4j.langchain4j.docs;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.phi4j.langchain4j.Phi4StreamingChatModel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Prints a streamed answer, and cancels it once it is long enough. */
public final class StreamExample {

  private StreamExample() {}

  /** Takes the model's file. */
  public static void main(String[] args) {
    try (Phi4StreamingChatModel model =
        Phi4StreamingChatModel.builder().modelPath(Path.of(args[0])).build()) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      model.chat(
          "Tell me a story",
          new StreamingChatResponseHandler() {
            private int length;

            @Override
            public void onPartialResponse(PartialResponse part, PartialResponseContext context) {
              System.out.print(part.text());
              length += part.text().length();
              if (length > 1000) {
                context.streamingHandle().cancel(); // the engine stops; no more callbacks
                done.complete(null);
              }
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
              System.out.println("\n" + response.tokenUsage());
              done.complete(null);
            }

            @Override
            public void onError(Throwable error) {
              done.completeExceptionally(error);
            }
          });
      done.join(); // streaming is asynchronous: without this the program would end here
    }
  }
}
