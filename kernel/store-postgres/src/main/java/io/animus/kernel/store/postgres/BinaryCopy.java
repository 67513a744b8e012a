package io.animus.kernel.store.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;

/** Rows into a table by {@code copy … from stdin binary}: half the bytes of the text form, and nothing to escape. */
final class BinaryCopy implements AutoCloseable {
    private static final byte[] SIGNATURE = "PGCOPY\n\u00ff\r\n\0".getBytes(ISO_8859_1);
    /** From where PostgreSQL counts. */
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private static final int BUFFER = 64 * 1024;

    private final PGCopyOutputStream copy;
    private final DataOutputStream out;
    private boolean isFinished;

    BinaryCopy(Connection connection, String statement) throws SQLException, IOException {
        copy = new PGCopyOutputStream(connection.unwrap(PGConnection.class), statement, BUFFER);
        out = new DataOutputStream(new BufferedOutputStream(copy, BUFFER));
        out.write(SIGNATURE);
        out.writeInt(0);
        out.writeInt(0);
    }

    BinaryCopy row(int fields) throws IOException {
        out.writeShort(fields);
        return this;
    }

    BinaryCopy smallint(int value) throws IOException {
        out.writeInt(Short.BYTES);
        out.writeShort(value);
        return this;
    }

    BinaryCopy bigint(long value) throws IOException {
        out.writeInt(Long.BYTES);
        out.writeLong(value);
        return this;
    }

    BinaryCopy uuid(UUID value) throws IOException {
        out.writeInt(2 * Long.BYTES);
        out.writeLong(value.getMostSignificantBits());
        out.writeLong(value.getLeastSignificantBits());
        return this;
    }

    BinaryCopy text(String value) throws IOException {
        return bytes(value.getBytes(UTF_8));
    }

    BinaryCopy bytes(byte[] value) throws IOException {
        out.writeInt(value.length);
        out.write(value);
        return this;
    }

    BinaryCopy textOrNull(@Nullable String value) throws IOException {
        return bytesOrNull(value == null ? null : value.getBytes(UTF_8));
    }

    BinaryCopy bytesOrNull(byte @Nullable [] value) throws IOException {
        if (value == null) {
            out.writeInt(-1);
            return this;
        }
        return bytes(value);
    }

    /** To the microsecond. */
    BinaryCopy timestamp(Instant value) throws IOException {
        return bigint(ChronoUnit.MICROS.between(EPOCH, value));
    }

    /** Says that these were all rows. */
    void finish() throws IOException, SQLException {
        out.writeShort(-1);
        out.flush();
        copy.endCopy();
        isFinished = true;
    }

    /** Why a copy broke off, as the database says it: its driver hides that in the exception of a stream. */
    static SQLException cause(IOException broken) {
        return broken.getCause() instanceof SQLException cause ? cause : new SQLException("the copy broke off", broken);
    }

    /** Ends the copy; without {@link #finish} the rows are dropped. */
    @Override
    public void close() throws SQLException {
        if (!isFinished && copy.isActive()) {
            copy.cancelCopy();
        }
    }
}
