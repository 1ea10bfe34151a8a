//! Models, their servers and their keys.

use interpreter_protocol::{Answer, Error, ErrorCode, Receipt, SecretText, TestStep};

use crate::Engine;

impl Engine {
    /// Keeps or removes a secret.
    pub(crate) async fn set_secret(
        &self,
        _name: &str,
        _value: Option<SecretText>,
    ) -> Result<Receipt, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// Model servers that answer on this computer.
    pub(crate) async fn local_servers(&self) -> Result<Answer, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// The providers, and their keys.
    pub(crate) async fn providers(&self) -> Result<Answer, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// The models a provider tells right now.
    pub(crate) async fn provider_models(
        &self,
        _provider: &str,
        _base: Option<&str>,
    ) -> Result<Answer, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }

    /// One line of the test of a model.
    pub(crate) async fn test(
        &self,
        _step: TestStep,
        _model: &str,
        _base: Option<&str>,
        _key: Option<SecretText>,
    ) -> Result<Answer, Error> {
        Err(Error::new(ErrorCode::NotNow, "This is not built yet."))
    }
}
