package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.kernel.trust.Mode;
import io.animus.kernel.trust.PluginPackage;
import io.animus.kernel.trust.Verdict;

/** A package that may come in. */
record CheckedPackage(Judged judged, Consent consent) {
    /** A package that may come in as far as its maker is concerned. */
    record Judged(PluginPackage plugin, Verdict verdict, Mode mode) {}

    PluginPackage plugin() {
        return judged.plugin();
    }

    String name() {
        return plugin().manifest().name();
    }

    /** What the audit log is told of it. */
    Json.Builder details() {
        var manifest = plugin().manifest();
        var verdict = judged.verdict();
        var signers = verdict.signers().stream().map(Object::toString).toList();
        var details = Json.object()
                .put("version", manifest.version())
                .put("package", manifest.digest().value())
                .put("signedBy", Json.texts(signers))
                .put("trust", judged.mode().word());
        if (!verdict.isTrusted()) {
            details.put("reasons", PluginRecord.reasons(verdict.problems()));
        }
        consent.describe(details);
        return details;
    }
}
