//! One POST, which no redirect leads elsewhere.

use crate::error::OutboundError;
use crate::guard::parse;
use crate::outbound::{Deadline, Outbound};

impl Outbound {
    /// Posts a form to a URL and gives the status of the answer, whose body nobody reads. It blocks;
    /// never call it where others wait.
    ///
    /// # Errors
    /// [`OutboundError`]; when the guard refused, nothing was connected to. A redirect is none: it is
    /// the status.
    pub fn post_form(&self, url: &str, form: &str) -> Result<u16, OutboundError> {
        let url = parse(url)?;
        let agent = self.agent(&url, "*/*", Deadline::after(self.limits().total))?;
        let request = agent
            .post(url.as_str())
            .content_type("application/x-www-form-urlencoded");
        let response = request
            .send(form)
            .map_err(|error| self.read_error(&error, &url))?;
        Ok(response.status().as_u16())
    }

    /// Posts bytes with these headers, their type among them, and gives the status of the answer, whose body nobody
    /// reads. It blocks; never call it where others wait.
    ///
    /// # Errors
    /// As of [`Self::post_form`].
    pub fn post_with(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<u16, OutboundError> {
        let url = parse(url)?;
        let agent = self.agent(&url, "*/*", Deadline::after(self.limits().total))?;
        let mut request = agent.post(url.as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request
            .send(body)
            .map_err(|error| self.read_error(&error, &url))?;
        Ok(response.status().as_u16())
    }
}
