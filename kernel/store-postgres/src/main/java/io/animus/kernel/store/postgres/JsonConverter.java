package io.animus.kernel.store.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Json;
import java.io.Serial;
import org.jooq.Converter;
import org.jooq.JSON;
import org.jspecify.annotations.Nullable;

/** Columns of type json hold the canonical form, which PostgreSQL keeps byte for byte (jsonb would re-order it). */
public final class JsonConverter implements Converter<JSON, Json> {
    @Serial
    private static final long serialVersionUID = 1L;

    @Override
    public @Nullable Json from(@Nullable JSON column) {
        return column == null ? null : Json.read(column.data().getBytes(UTF_8));
    }

    @Override
    public @Nullable JSON to(@Nullable Json value) {
        return value == null ? null : JSON.valueOf(new String(value.canonical(), UTF_8));
    }

    @Override
    public Class<JSON> fromType() {
        return JSON.class;
    }

    @Override
    public Class<Json> toType() {
        return Json.class;
    }
}
