package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.executor.LogLine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogFramesTest {
    private static final String TIME = "2026-01-01T12:00:00.123456789Z ";

    private final ByteArrayOutputStream frames = new ByteArrayOutputStream();

    @Test
    void joinsALineThatCameInTwoFrames() throws IOException {
        frame(1, TIME + "one ");
        frame(2, TIME + "between\n");
        frame(1, TIME + "line\n");

        var time = Instant.parse(TIME.strip());
        assertThat(read(0, 1000))
                .containsExactly(
                        new LogLine(1, time, LogLine.Stream.STDERR, "between"),
                        new LogLine(2, time, LogLine.Stream.STDOUT, "one line"));
    }

    @Test
    void keepsWhatHasNoLineFeedAtItsEnd() throws IOException {
        frame(1, TIME + "first\nlast");

        assertThat(read(0, 1000)).extracting(LogLine::text).containsExactly("first", "last");
    }

    @Test
    void handsOverNoLineBeforeItIsKnownToBeWhole() throws IOException {
        frame(1, TIME + "first\nbegu");
        var lines = new ArrayList<LogLine>();

        new LogFrames(0, 1000, lines::add).read(new ByteArrayInputStream(frames.toByteArray()));

        assertThat(lines).extracting(LogLine::text).containsExactly("first");
    }

    @Test
    void neverTearsACharacter() throws IOException {
        frame(1, TIME + "é".repeat(LogLine.MAX_LENGTH) + "\n");

        var lines = read(0, 1 << 20);

        assertThat(lines)
                .allMatch(l ->
                        l.text().length() <= LogLine.MAX_LENGTH && !l.text().contains("\uFFFD"));
        assertThat(String.join("", lines.stream().map(LogLine::text).toList()))
                .isEqualTo("é".repeat(LogLine.MAX_LENGTH));
    }

    @Test
    void holdsALineOfNoTextAtAllToTheLimit() throws IOException {
        frames.reset();
        frameOf(1, new byte[20_000]);
        var noise = new byte[20_000];
        java.util.Arrays.fill(noise, (byte) 0x80);
        frameOf(1, noise);

        assertThat(read(0, 1 << 20)).allMatch(l -> l.text().length() <= LogLine.MAX_LENGTH);
    }

    @Test
    void leavesOutWhatTheCallerHasAndKeepsTheNumbers() throws IOException {
        frame(1, TIME + "a\nb\nc\n");

        assertThat(read(2, 1000)).extracting(LogLine::number).containsExactly(3L);
    }

    @Test
    void cutsAtTheLimitAndSaysSoOnce() throws IOException {
        for (var i = 0; i < 10; i++) {
            frame(1, TIME + "0123456789\n");
        }

        var lines = read(0, 25);

        assertThat(lines).extracting(LogLine::number).containsExactly(1L, 2L, 3L);
        assertThat(lines.get(2).text()).startsWith("the log is cut here");
        assertThat(read(3, 25)).isEmpty();
    }

    private List<LogLine> read(long after, long maxBytes) throws IOException {
        var lines = new ArrayList<LogLine>();
        var log = new LogFrames(after, maxBytes, lines::add);
        log.read(new ByteArrayInputStream(frames.toByteArray()));
        log.end();
        return lines;
    }

    private void frame(int stream, String text) throws IOException {
        frameOf(stream, text.getBytes(UTF_8));
    }

    private void frameOf(int stream, byte[] content) throws IOException {
        var out = new DataOutputStream(frames);
        out.writeInt(stream << 24);
        out.writeInt(content.length);
        out.write(content);
    }
}
