package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TracingOffTest {
    /** Loads all that is ours and the libraries anew, and keeps the names of what is asked for. */
    private static final class Listening extends URLClassLoader {
        private final List<String> asked = new CopyOnWriteArrayList<>();

        Listening() {
            super(
                    Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                            .map(Listening::url)
                            .toArray(URL[]::new),
                    ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            asked.add(name);
            return super.loadClass(name, resolve);
        }

        private static URL url(String path) {
            try {
                return Path.of(path).toUri().toURL();
            } catch (MalformedURLException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** What happens in a hub, in the classes of another loader. */
    public static final class Calling implements Supplier<String> {
        @Override
        public String get() {
            var metrics = new Metrics();
            collectGarbage(metrics);
            var tracing = new Tracing(metrics, TracingSettings.of(Map.of()));
            var calls = new PortCalls(metrics, tracing);
            var span = tracing.request("GET", name -> "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
            var answer = calls.call("scm", "plugin", Duration.ofSeconds(5), plugin -> plugin + " answered");
            span.end("getRun", 200, "r1");
            calls.close();
            tracing.close();
            return answer;
        }

        // A collection of garbage is counted by a metric of the library's own, which might look for a span then.
        private static void collectGarbage(Metrics metrics) {
            System.gc();
            Await.until("the collection is counted", () -> written(metrics)
                    .contains("jvm_memory_pool_allocated_bytes_total{"));
        }

        private static String written(Metrics metrics) {
            var out = new ByteArrayOutputStream();
            try {
                metrics.write(null, out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return out.toString(UTF_8);
        }
    }

    @Test
    void nothingOfTheLibraryIsLoaded() throws Exception {
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        try (var classes = new Listening()) {
            // As in Karaf, where the thread that starts a component knows nothing of its bundle.
            thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
            var calling = (Supplier<?>) classes.loadClass(Calling.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();

            assertThat(calling.get()).isEqualTo("plugin answered");
            assertThat(classes.asked)
                    .contains(PortCalls.class.getName())
                    .noneMatch(name -> name.startsWith("io.opentelemetry"))
                    .doesNotContain(SpanExport.class.getName());
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
