package io.animus.kernel.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What whoever comes to the socket says first, in one line: the terminal, and where names of files begin.
 *
 * @param type as in {@code TERM}
 * @param columns 1 to 9,999
 * @param rows 1 to 9,999
 */
record Greeting(String type, int columns, int rows, Path folder) {
    private static final Pattern LINE =
            Pattern.compile("animus-shell 1 ([A-Za-z0-9._+-]{1,64}) ([0-9]{1,4}) ([0-9]{1,4}) (/.*)");
    private static final int MOST = 8 << 10;
    private static final int COLUMNS = 80;
    private static final int ROWS = 24;

    /** What the hub says last if a session ended in good order. */
    static final char END = 4;

    /** @throws IOException if something else is said; the message is fit for whoever said it */
    static Greeting read(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (var one = in.read(); one != '\n'; one = in.read()) {
            if (one < 0 || line.size() == MOST) {
                throw new EOFException("no greeting came");
            }
            line.write(one);
        }
        var form = LINE.matcher(line.toString(UTF_8));
        if (!form.matches()) {
            throw new IOException("TERM, or the size of the terminal, is none that the hub knows");
        }
        return new Greeting(
                form.group(1), number(form.group(2), COLUMNS), number(form.group(3), ROWS), folder(form.group(4)));
    }

    private static Path folder(String name) throws IOException {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new IOException("the hub's locale has no letters for this folder; come from another one", e);
        }
    }

    /** A terminal that doesn't know its size says 0. */
    private static int number(String digits, int otherwise) {
        var number = Integer.parseInt(digits);
        return number == 0 ? otherwise : number;
    }

    /** As it is said. */
    String line() {
        return "animus-shell 1 %s %d %d %s\n".formatted(type, columns, rows, folder);
    }
}
