// A real OpenID provider (npm oidc-provider, the one that FranceConnect runs), configured as FranceConnect is, in the hands of a test: it can be
// stopped, given new keys, and made to answer falsely, one thing at a time.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { SignJWT, decodeJwt, decodeProtectedHeader, importJWK } from 'jose';
import Provider from 'oidc-provider';

export const CLIENT = 'isoloir-essai';
export const SECRET = 'un-secret-de-client-pour-les-essais';
const MOUNT = '/api/v2';

/** The identities of the demonstration's roll that the test uses, as the civil register has them; and one that it does not know. */
export const PEOPLE = {
  camille: { family_name: 'DURAND', given_name_array: ['CAMILLE', 'JEANNE'], birthdate: '1984-05-12', gender: 'female', birthplace: '35238', birthcountry: '99100' },
  'jean-baptiste': { family_name: 'ROSSI', given_name_array: ['JEAN-BAPTISTE', 'MARIE'], birthdate: '1982-09-30', gender: 'male', birthplace: '13204', birthcountry: '99100' },
  minh: { family_name: 'NGUYEN', given_name_array: ['MINH'], birthdate: '1975-01-01', gender: 'male', birthplace: '', birthcountry: '99243' },
  homonym: { family_name: 'PETIT', given_name_array: ['AURELIE'], birthdate: '1986-03-08', gender: 'female', birthplace: '21231', birthcountry: '99100' },
  unactivated: { family_name: 'TRAORE', given_name_array: ['MOUSSA'], birthdate: '1986-04-17', gender: 'male', birthplace: '', birthcountry: '99335' },
  stranger: { family_name: 'PERSONNE', given_name_array: ['CLAUDE'], birthdate: '1970-06-15', gender: 'female', birthplace: '31555', birthcountry: '99100' },
};

const claimsOf = (name) => ({ ...PEOPLE[name], given_name: PEOPLE[name].given_name_array.join(' '), email: `${name}@messagerie.example`, preferred_username: name.toUpperCase() });

/** A private key of an algorithm, as JWK. */
function newKey(algorithm, kid) {
  const pair = algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...pair.privateKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' };
}

export class FranceConnect {
  /** `faults` says what the next answers falsify; `seen` counts what was asked; `level` is how surely people are identified. */
  constructor(portal, algorithm = 'ES256') {
    Object.assign(this, { portal, algorithm, faults: {}, seen: {}, level: 'eidas1', codeSeconds: 30, keys: 0 });
  }

  async start(port = 0) {
    this.server = createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    // Another site than the portal's 127.0.0.1, as FranceConnect is: strict cookies do not come along from there.
    this.origin = `http://localhost:${this.port}`;
    this.issuer = this.origin + MOUNT;
    this.rotate();
    return this;
  }

  /** New keys, of which the provider publishes the public halves; the old ones go. Whoever was signed in there is not any more. */
  rotate() {
    this.keys += 1;
    this.key = newKey(this.algorithm, `cle-${this.keys}`);
    this.provider = new Provider(this.issuer, this.#configuration());
    this.provider.on('server_error', (_, error) => console.error('provider:', error.message));
    this.callback = this.provider.callback();
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #configuration() {
    return {
      clients: [
        {
          client_id: CLIENT,
          client_secret: SECRET,
          redirect_uris: [`${this.portal}/franceconnect/retour`],
          post_logout_redirect_uris: [`${this.portal}/franceconnect/fin`],
          grant_types: ['authorization_code'],
          response_types: ['code'],
          token_endpoint_auth_method: 'client_secret_post',
          id_token_signed_response_alg: this.algorithm,
          userinfo_signed_response_alg: this.algorithm,
          subject_type: 'pairwise',
        },
      ],
      jwks: { keys: [this.key] },
      acrValues: ['eidas1'],
      scopes: ['openid', 'identite_pivot', 'email'],
      claims: {
        openid: ['sub', 'acr'],
        acr: null,
        identite_pivot: ['given_name', 'given_name_array', 'family_name', 'birthdate', 'gender', 'birthplace', 'birthcountry', 'preferred_username'],
        email: ['email'],
      },
      subjectTypes: ['pairwise'],
      pairwiseIdentifier: (_, account) => `${createHash('sha256').update(`isoloir|${account}`).digest('hex')}v1`,
      findAccount: (_, account) => ({ accountId: account, claims: () => ({ sub: account, ...claimsOf(account) }) }),
      loadExistingGrant: async (context) => {
        const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
        grant.addOIDCScope('openid identite_pivot email');
        grant.addOIDCClaims(['acr']);
        await grant.save();
        return grant;
      },
      interactions: { url: (_, interaction) => `${MOUNT}/interaction/${interaction.uid}` },
      features: {
        devInteractions: { enabled: false },
        jwtUserinfo: { enabled: true },
        rpInitiatedLogout: {
          enabled: true,
          logoutSource: (context, form) => {
            this.seen.logout = (this.seen.logout ?? 0) + 1;
            context.body = `<!doctype html><html lang="fr"><title>Déconnexion</title><body>${form}<script>document.forms[0].insertAdjacentHTML('beforeend','<input type="hidden" name="logout" value="yes">');document.forms[0].submit();</script></body></html>`;
          },
        },
      },
      pkce: { required: () => true },
      ttl: { AuthorizationCode: () => this.codeSeconds, AccessToken: 60, IdToken: 60, Session: 1800, Interaction: 600, Grant: 1800 },
      routes: { authorization: '/authorize', token: '/token', userinfo: '/userinfo', jwks: '/jwks', end_session: '/session/end' },
      cookies: { keys: ['essai'] },
      renderError: (context, out) => {
        context.type = 'html';
        context.body = `<!doctype html><html lang="fr"><title>Erreur</title><h1>${out.error}</h1><p>${out.error_description ?? ''}</p></html>`;
      },
    };
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.origin);
    // A browser asks for it when it likes, and says aloud that there is none.
    if (url.pathname === '/favicon.ico') return response.writeHead(204).end();
    const path = url.pathname.slice(MOUNT.length);
    this.seen[path] = (this.seen[path] ?? 0) + 1;
    if (this.faults.down === path) return response.writeHead(503).end();
    if (this.faults.slow === path) return setTimeout(() => response.writeHead(200).end('{}'), 20_000).unref();
    if (this.faults.dawdle === path) await new Promise((resolve) => setTimeout(resolve, 2500));
    if (path.startsWith('/authorize')) this.#keepBack(response);
    if (path === '/authorize' && !FranceConnect.#complete(url)) return response.writeHead(400, { 'content-type': 'text/html' }).end('<h1>Y030007</h1>');
    if (path.startsWith('/interaction/')) return this.#interaction(request, response);
    if (path === '/token') this.#falsify(response, (body) => this.#falseTokens(body));
    if (path === '/userinfo') this.#falsify(response, (body, head) => this.#falseUserinfo(body, head));
    request.originalUrl = request.url;
    request.url = request.url.slice(MOUNT.length);
    request.baseUrl = MOUNT;
    return this.callback(request, response);
  }

  /** When told to, keeps the way back to the portal, which the browser then never takes. */
  #keepBack(response) {
    const end = response.end.bind(response);
    response.end = (chunk) => {
      const location = String(response.getHeader('location') ?? '');
      if (!this.faults.keep || !location.startsWith(`${this.portal}/franceconnect/retour`)) return end(chunk);
      this.kept = location;
      response.statusCode = 200;
      response.removeHeader('location');
      response.removeHeader('content-length');
      return end('gardé');
    };
  }

  /** What FranceConnect refuses without going back: parameters missing, state or nonce too short. */
  static #complete(url) {
    const value = (name) => url.searchParams.get(name) ?? '';
    const all = ['response_type', 'client_id', 'redirect_uri', 'scope', 'acr_values', 'code_challenge'].every((name) => value(name) !== '');
    return all && value('state').length >= 32 && value('nonce').length >= 32 && value('code_challenge_method') === 'S256';
  }

  /** Choosing who to be, or not to be anybody. */
  async #interaction(request, response) {
    if (request.method === 'GET') {
      const buttons = Object.keys(PEOPLE).map((name) => `<button name="who" value="${name}">${name}</button>`);
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      return response.end(`<!doctype html><html lang="fr"><title>Essai</title><form method="post">${buttons.join('')}<button name="who" value="">refuser</button></form></html>`);
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const who = new URLSearchParams(body).get('who');
    const result = who ? { login: { accountId: who, acr: this.level, remember: true } } : { error: 'access_denied', error_description: 'User auth aborted' };
    return this.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  /** Lets `change` have the last word on what the provider says. */
  #falsify(response, change) {
    const chunks = [];
    const end = response.end.bind(response);
    const head = {};
    response.write = (chunk) => chunks.push(Buffer.from(chunk)) > 0;
    response.end = (chunk) => {
      if (chunk) chunks.push(Buffer.from(chunk));
      Promise.resolve(change(Buffer.concat(chunks).toString(), head)).then((body) => {
        response.removeHeader('content-length');
        for (const [name, value] of Object.entries(head)) response.setHeader(name, value);
        end(body);
      });
      return response;
    };
  }

  async #signed(claims, key = this.key, kid = key.kid) {
    return new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid }).sign(await importJWK(key, key.alg));
  }

  async #falseTokens(body) {
    const { nonce, audience, issuer, expired, stranger, algorithm } = this.faults;
    const tokens = JSON.parse(body);
    if (!tokens.id_token) return body;
    const claims = decodeJwt(tokens.id_token);
    if (nonce) claims.nonce = 'x'.repeat(43);
    if (audience) claims.aud = 'un-autre-service';
    if (issuer) claims.iss = 'https://ailleurs.example/api/v2';
    if (expired) Object.assign(claims, { iat: claims.iat - 7200, exp: claims.exp - 7200 });
    if (nonce || audience || issuer || expired) tokens.id_token = await this.#signed(claims);
    if (stranger) tokens.id_token = await this.#signed(claims, newKey(this.algorithm, 'inconnue'));
    if (algorithm === 'none') tokens.id_token = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${tokens.id_token.split('.')[1]}.`;
    return JSON.stringify(tokens);
  }

  async #falseUserinfo(body, head) {
    const { unsigned, forged, other, userinfoAudience } = this.faults;
    const claims = () => decodeJwt(body);
    if (unsigned) {
      head['content-type'] = 'application/json';
      return JSON.stringify(claims());
    }
    if (forged) return this.#signed(claims(), newKey(this.algorithm, 'x'), decodeProtectedHeader(body).kid);
    if (other) return this.#signed({ ...claims(), sub: `${'0'.repeat(64)}v1` });
    if (userinfoAudience) return this.#signed({ ...claims(), aud: 'un-autre-service' });
    return body;
  }
}
