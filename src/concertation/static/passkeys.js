// Keys and passkeys: a form[data-passkey=create|get] asks the browser for a key before it is sent. Its options stand in
// data-options, or are fetched from data-options-url; the answer goes into its [name=credential].
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const listed = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const asked = (options) => {
    const wanted = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
    if (wanted.user) wanted.user = { ...wanted.user, id: bytes(wanted.user.id) };
    if (wanted.excludeCredentials) wanted.excludeCredentials = listed(wanted.excludeCredentials);
    if (wanted.allowCredentials) wanted.allowCredentials = listed(wanted.allowCredentials);
    return wanted;
  };

  const answered = (key) => {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (key.response[part]) response[part] = text(key.response[part]);
    }
    if (key.response.getTransports) response.transports = key.response.getTransports();
    return { type: key.type, id: key.id, rawId: text(key.rawId), response, authenticatorAttachment: key.authenticatorAttachment, clientExtensionResults: key.getClientExtensionResults() };
  };

  const optionsOf = async (form) => {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.dataset.optionsUrl, { headers: { Accept: "application/json" } });
    return (await answer.json()).request_options;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset || !form.dataset.passkey) return;
    event.preventDefault();
    try {
      const publicKey = asked(await optionsOf(form));
      if (form.dataset.passkey === "create") {
        const alone = form.elements.passwordless && form.elements.passwordless.checked;
        publicKey.authenticatorSelection = { ...publicKey.authenticatorSelection, residentKey: alone ? "required" : "discouraged", requireResidentKey: alone };
        if (alone) publicKey.authenticatorSelection.userVerification = "required";
      }
      const key = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.credential.value = JSON.stringify(answered(key));
      form.submit();
    } catch (refused) {
      form.querySelector(".actions").setAttribute("role", "alert");
      form.querySelector(".actions").append(` ${refused.message || refused.name}`);
    }
  });
})();
