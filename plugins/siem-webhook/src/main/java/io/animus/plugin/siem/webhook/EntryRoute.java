package io.animus.plugin.siem.webhook;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.Receipt;
import java.util.List;
import java.util.function.Function;
import org.apache.camel.builder.RouteBuilder;

/** Entries in, a receipt out. */
final class EntryRoute extends RouteBuilder {
    static final String START = "direct:entries";

    private final Function<Batch, Receipt> delivery;

    /** The entries of one call; a list alone would be taken apart. */
    record Batch(List<AuditEntry> entries) {}

    EntryRoute(Function<Batch, Receipt> delivery) {
        this.delivery = delivery;
    }

    @Override
    public void configure() {
        errorHandler(noErrorHandler());
        from(START).routeId("entries-to-webhook").transform().body(Batch.class, delivery::apply);
    }
}
